import { dictionary } from '@zxcvbn-ts/language-common';
import { foldEmail, MAX_EMAIL_CHARACTERS } from '../../common/input/email-address.js';
import { mayFit } from '../../common/input/max-characters.js';

const MIN_CHARACTERS = 8;
/** bcrypt ignores further bytes, so longer passwords are refused, never cut. */
const MAX_BYTES = 72;

const COMMON = new Set(dictionary['passwords-common']);

/**
 * The form of a password that is checked and hashed: NFKC, with spaces (NIST SP 800-63B-4, section 3.1.1.2).
 */
function normalize(password: string): string {
  return password.normalize('NFKC');
}

/** The input for bcrypt. Null when bcrypt would cut or misread it. */
export function bcryptInput(password: string): string | null {
  if (!mayFit(password, MAX_BYTES)) return null;
  const text = normalize(password);
  return Buffer.byteLength(text) > MAX_BYTES || text.includes('\0') || !text.isWellFormed() ? null : text;
}

/** Why a new password is not acceptable, as a text for its owner. Null when it is acceptable. */
export function passwordFault(password: string, email: string): string | null {
  if (!mayFit(password, MAX_BYTES)) return `password must have at most ${MAX_BYTES} bytes in UTF-8`;
  const text = normalize(password);
  if (text.includes('\0') || !text.isWellFormed()) return 'password must not contain NUL or broken Unicode';
  if ([...text].length < MIN_CHARACTERS) return `password must have at least ${MIN_CHARACTERS} characters`;
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return `password must have at most ${MAX_BYTES} bytes in UTF-8; this one has ${Buffer.byteLength(text)}`;
  }
  if (mayFit(email, MAX_EMAIL_CHARACTERS) && foldEmail(text) === foldEmail(email))
    return 'password must not be the e-mail address';
  if (COMMON.has(text.toLowerCase())) return 'password is one of the most common ones';
  return null;
}
