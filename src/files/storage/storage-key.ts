const KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Checks a key before it becomes part of a path or of an object name. */
export function checkedKey(key: string): string {
  if (!KEY.test(key)) throw new Error('a storage key must be a UUID');
  return key;
}

/** The last two digits of the key. They are random; the first digits are the time. */
export function shardOf(key: string): string {
  return checkedKey(key).slice(-2);
}
