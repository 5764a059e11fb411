import { createHmac, type KeyObject } from 'node:crypto';
import { isEmail, registerDecorator } from 'class-validator';
import { isPlainText } from './plain-text.js';

/** The most that a mail path has room for (RFC 5321, section 4.5.3.1.3, without its brackets). */
export const MAX_EMAIL_CHARACTERS = 254;

/** Accepts an e-mail address, Unicode included. What is not plain text is refused first: class-validator throws on it. */
export function IsEmailAddress(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isEmailAddress',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && isPlainText(value) && isEmail(value, { allow_utf8_local_part: true }),
        defaultMessage: () => `${String(propertyName)} must be an e-mail address`,
      },
    });
}

/** The form of an e-mail address that is compared, and unique among users. */
export function foldEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** What is kept where the address itself must not be: HMAC-SHA-256 of its folded form, in hex. */
export function hashEmail(email: string, key: KeyObject): string {
  return createHmac('sha256', key).update(foldEmail(email)).digest('hex');
}
