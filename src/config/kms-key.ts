const SCHEME = 'aws-kms://';
/** An id, an ARN or an alias, as AWS writes them. */
const KEY_ID = /^[A-Za-z0-9:/_-]{1,2048}$/;

/** True for a part of `ENCRYPTION_KEY` that names a key of AWS KMS, in the right form or not. */
export function isKmsKey(part: string): boolean {
  return part.startsWith(SCHEME);
}

/** The id, ARN or alias in `aws-kms://ID`. Null when it is invalid. */
export function kmsKeyId(part: string): string | null {
  const id = part.slice(SCHEME.length);
  return isKmsKey(part) && KEY_ID.test(id) ? id : null;
}
