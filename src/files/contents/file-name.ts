import { mayFit } from '../../common/input/max-characters.js';
import { errors } from '../../common/refusals/errors.js';

const MAX_BYTES = 255;
/** Line and paragraph separators count as control characters: some programs start a new line at them. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
/** Embeddings, overrides and isolates. With them `gpj.exe` is displayed as `exe.jpg`. */
const BIDIRECTIONAL = /[\u202a-\u202e\u2066-\u2069]/;

/**
 * The form in which a file name is kept: Unicode NFC, without any path part and without control characters.
 * @throws `invalid_file_name` with the reason, when nothing is left or when the name could deceive a reader.
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
 * The `Content-Disposition` of a download. It has the name twice (RFC 6266, section 4.3): `filename` in plain
 * ASCII for old clients, `filename*` with the exact name (RFC 8187).
 */
export function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/gu, '_');
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
