/** True when an object has exactly these members in this order, then at most the optional one. */
export function hasExactly(value: object, names: readonly string[], optional?: string): boolean {
  const found = Object.keys(value);
  const known = found.length === names.length + 1 && optional !== undefined ? [...names, optional] : names;
  return found.length === known.length && known.every((name, index) => found[index] === name);
}
