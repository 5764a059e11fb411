import type { KeyObject } from 'node:crypto';
import { isKmsKey, kmsKeyId } from './kms-key.js';
import { parseSymmetricKey } from './secret-sources.js';

/** Fewer different bytes than this do not occur in 32 random ones. */
const LEAST_DIFFERENT_BYTES = 16;

/** What is wrong with `ENCRYPTION_KEY`. The faults show no key. */
export function masterKeyFaults(text: string): string[] {
  const keys = partsOf(text).map(parseSymmetricKey);
  if (partsOf(text).some((part) => isKmsKey(part) && kmsKeyId(part) === null))
    return ['ENCRYPTION_KEY has an aws-kms:// that is followed by no id, ARN or alias of a key'];
  const whole = keys.filter((key) => key !== null);
  const faults: string[] = [];
  if (whole.length < keys.length) {
    faults.push(
      'ENCRYPTION_KEY must be the base64 of 32 bytes, or aws-kms:// and the id of a key of AWS KMS, or several with commas, for example from: npm run cli -- key new',
    );
  }
  if (!whole.every(looksRandom)) faults.push('ENCRYPTION_KEY must be random');
  if (new Set(partsOf(text)).size < keys.length) faults.push('ENCRYPTION_KEY has the same key twice');
  return faults;
}

/** The keys in `ENCRYPTION_KEY`, of which `masterKeyFaults` has found none: base64 of 32 bytes each, with commas between them. */
export function parseMasterKeys(text: string): readonly [KeyObject, ...KeyObject[]] {
  const [first, ...rest] = partsOf(text).map((part) => parseSymmetricKey(part)!);
  return [first!, ...rest];
}

function partsOf(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function looksRandom(key: KeyObject): boolean {
  return new Set(key.export()).size >= LEAST_DIFFERENT_BYTES;
}
