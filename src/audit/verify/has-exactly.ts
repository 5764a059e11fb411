/** True when an object has exactly these members in this order, then any of the optional ones in theirs. */
export function hasExactly(value: object, names: readonly string[], ...optional: readonly string[]): boolean {
  const found = Object.keys(value);
  const known = [...names, ...optional.filter((name) => Object.hasOwn(value, name))];
  return found.length === known.length && known.every((name, index) => found[index] === name);
}
