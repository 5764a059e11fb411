import { createHmac, type KeyObject } from 'node:crypto';
import { domainToASCII, domainToUnicode } from 'node:url';
import { isEmail, registerDecorator } from 'class-validator';
import { isPlainText } from './plain-text.js';

/** The longest address that mail can be sent to (RFC 5321, section 4.5.3.1.3, without the angle brackets). */
export const MAX_EMAIL_CHARACTERS = 254;

/**
 * Accepts an e-mail address, also with Unicode, in the one spelling of its mailbox: the part before the @ is not quoted,
 * and the domain is in its normal form (UTS 46), without `xn--`. Otherwise one mailbox could have many accounts. Anything
 * that is not plain text is refused first, because class-validator throws on it.
 */
export function IsEmailAddress(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isEmailAddress',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' &&
          isPlainText(value) &&
          isEmail(value, { allow_utf8_local_part: true }) &&
          isPlainlySpelled(value),
        defaultMessage: () =>
          `${String(propertyName)} must be an e-mail address, without quotes, and with its domain in normal form (not xn--)`,
      },
    });
}

/** The form of an e-mail address that is compared. It is unique among users. */
export function foldEmail(email: string): string {
  return folded(email.trim());
}

/**
 * The mailbox that an address leads to, so that all spellings of it count together: the domain as DNS knows it, and the
 * part before the @ without quotes (RFC 5321, section 4.1.2). Accounts from before `IsEmailAddress` may have any spelling.
 */
export function mailboxOf(email: string): string {
  const [local, domain] = partsOf(foldEmail(email));
  const plain = local.startsWith('"') ? local.slice(1, -1).replace(/\\(.)/gu, '$1') : local;
  return `${plain}@${domainToASCII(domain) || domain}`;
}

function isPlainlySpelled(email: string): boolean {
  const [local, domain] = partsOf(email);
  return !local.startsWith('"') && domainToUnicode(domainToASCII(domain)) === folded(domain);
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function partsOf(email: string): [local: string, domain: string] {
  const at = email.lastIndexOf('@');
  return [email.slice(0, Math.max(at, 0)), email.slice(at + 1)];
}

/** The HMAC-SHA-256 of the folded address in hex. It is stored where the address itself must not be. */
export function hashEmail(email: string, key: KeyObject): string {
  return createHmac('sha256', key).update(foldEmail(email)).digest('hex');
}
