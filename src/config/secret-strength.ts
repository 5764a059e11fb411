import { ROWS, WORDS } from './foreseeable-words.js';

const LEAST_BYTES = 32;
const LEAST_CHARACTERS = 8;
/**
 * Only this many characters of a long secret are checked: in a long text of hex digits, three characters
 * often repeat by chance.
 */
const JUDGED_CHARACTERS = 256;
/**
 * The least share of different groups of three characters. In random text nearly all groups are different.
 */
const LEAST_NEW_SHARE = 0.6;
/**
 * The least share of letters and digits that is left without words and runs. In random text nearly all are
 * left.
 */
const LEAST_REMAINING_SHARE = 0.5;

const LEAST_RUN = 4;

const FORESEEABLE = new RegExp(
  [...ROWS.flatMap(runsOf).sort((a, b) => b.length - a.length), ...WORDS].join('|'),
  'g',
);

/** Secrets that look random but are published in documentation and tutorials (FastAPI, Spring). */
const PUBLISHED = new Set([
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  '404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970',
  '5367566b59703373367639792f423f4528482b4d6251655468576d5a71347437',
  '3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b',
]);

/**
 * Why a secret is too weak to sign with, or null when it is strong enough. The text never quotes the secret.
 */
export function secretWeakness(secret: string): string | null {
  if (Buffer.byteLength(secret) < LEAST_BYTES) return `must be at least ${LEAST_BYTES} bytes`;
  const text = secret.slice(0, JUDGED_CHARACTERS);
  if (new Set(text).size < LEAST_CHARACTERS || repeatsItself(text))
    return 'repeats itself; generate one with: openssl rand -base64 48';
  const readings = [text, ...plainTextIn(text)];
  if (PUBLISHED.has(secret.toLowerCase()) || readings.some(isForeseeable)) {
    return 'looks like a placeholder; generate one with: openssl rand -base64 48';
  }
  return null;
}

function repeatsItself(text: string): boolean {
  const folded = text.toLowerCase();
  const triples = Array.from({ length: folded.length - 2 }, (_, at) => folded.slice(at, at + 3));
  return new Set(triples).size < triples.length * LEAST_NEW_SHARE;
}

/** True when most of the text consists of known words and runs. */
function isForeseeable(text: string): boolean {
  const folded = text.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  const size = (part: string) => part.replace(/[^a-z0-9]/g, '').length;
  return size(folded.replace(FORESEEABLE, ' ')) < size(folded) * LEAST_REMAINING_SHARE;
}

/** The readable texts that it decodes to as base64 or hex. Random bytes decode to none. */
function plainTextIn(text: string): string[] {
  const decoded = [
    Buffer.from(text, 'base64'),
    /^([0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(0),
  ];
  return decoded
    .map((bytes) => bytes.toString('latin1'))
    .filter((plain) => /^[\x20-\x7e\n]{16,}$/.test(plain));
}

/** Every run of at least four characters in a row, forwards and backwards. */
function runsOf(row: string): string[] {
  const reversed = [...row].reverse().join('');
  return [row, reversed].flatMap((line) =>
    Array.from({ length: line.length }, (_, start) =>
      Array.from({ length: line.length - start - LEAST_RUN + 1 }, (_unused, more) =>
        line.slice(start, start + LEAST_RUN + more),
      ),
    ).flat(),
  );
}
