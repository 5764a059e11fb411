const KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A key becomes a path or a name in a bucket, so it is checked before anything is resolved. */
export function checkedKey(key: string): string {
  if (!KEY.test(key)) throw new Error('a storage key must be a UUID');
  return key;
}

/** Sharded by the key's last two digits, which are random (its first ones are the time). */
export function shardOf(key: string): string {
  return checkedKey(key).slice(-2);
}
