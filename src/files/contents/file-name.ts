import { mayFit } from '../../common/input/max-characters.js';
import { errors } from '../../common/refusals/errors.js';

const MAX_BYTES = 255;
/** Line and paragraph separators too: some readers break a line at them. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
/** Embeddings, overrides and isolates: they let `gpj.exe` read as `exe.jpg`. */
const BIDIRECTIONAL = /[\u202a-\u202e\u2066-\u2069]/;

/**
 * A file name as it is kept: NFC, without any path part, control characters removed.
 * @throws `invalid_file_name` with the reason when nothing usable is left or the name would deceive.
 */
export function normalizeFileName(sent: string): string {
  if (!sent.isWellFormed() || sent.includes('\ufffd')) throw errors.invalidFileName('is not valid Unicode');
  const base = sent
    .slice(Math.max(sent.lastIndexOf('/'), sent.lastIndexOf('\\')) + 1)
    .replace(/^[A-Za-z]:/, '')
    .replace(CONTROL, '')
    .trim();
  if (!mayFit(base, MAX_BYTES)) throw tooLong();
  const name = base.normalize('NFC');
  if (name === '' || name === '.' || name === '..') throw errors.invalidFileName('is empty');
  if (BIDIRECTIONAL.test(name)) throw errors.invalidFileName('must not contain bidirectional controls');
  if (Buffer.byteLength(name) > MAX_BYTES) throw tooLong();
  return name;
}

function tooLong() {
  return errors.invalidFileName(`must have at most ${MAX_BYTES} bytes`);
}

/**
 * `Content-Disposition` of a download: the name twice, for every client (RFC 6266, section 4.3).
 * `filename` is plain ASCII; `filename*` is the exact name (RFC 8187).
 */
export function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/gu, '_');
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
