import { ROWS, WORDS } from './foreseeable-words.js';

const LEAST_BYTES = 32;
const LEAST_CHARACTERS = 8;
/** Of a long secret, so much is looked at: each further part of hex digits repeats something by chance. */
const JUDGED_CHARACTERS = 256;
/** Texts of three characters that are new, of all: almost every one in a random text. */
const LEAST_NEW_SHARE = 0.6;
/** Of the letters and digits: what is left of a random text when words and runs are taken out is nearly all of it. */
const LEAST_UNFORESEEN_SHARE = 0.5;

const LEAST_RUN = 4;

const FORESEEN = new RegExp(
  [...ROWS.flatMap(runsOf).sort((a, b) => b.length - a.length), ...WORDS].join('|'),
  'g',
);

/** Secrets that look random and stand in well-known documentation and tutorials (FastAPI, Spring). */
const PUBLISHED = new Set([
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  '404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970',
  '5367566b59703373367639792f423f4528482b4d6251655468576d5a71347437',
  '3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b',
]);

/** Says why a secret is too weak to sign with, or null when it is not. Never quotes it. */
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

/** Whether it is made of words and runs for the most part. */
function isForeseeable(text: string): boolean {
  const folded = text.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  const size = (part: string) => part.replace(/[^a-z0-9]/g, '').length;
  return size(folded.replace(FORESEEN, ' ')) < size(folded) * LEAST_UNFORESEEN_SHARE;
}

/** A text that stands in it as base64 or hex. Random bytes are none. */
function plainTextIn(text: string): string[] {
  const decoded = [
    Buffer.from(text, 'base64'),
    /^([0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(0),
  ];
  return decoded
    .map((bytes) => bytes.toString('latin1'))
    .filter((plain) => /^[\x20-\x7e\n]{16,}$/.test(plain));
}

/** Every part of a row of four and more, in both directions. */
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
