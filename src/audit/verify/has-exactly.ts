/** Whether an object has these members in this order, and after them no other than the optional one. */
export function hasExactly(value: object, names: readonly string[], optional?: string): boolean {
  const found = Object.keys(value);
  const known = found.length === names.length + 1 && optional !== undefined ? [...names, optional] : names;
  return found.length === known.length && known.every((name, index) => found[index] === name);
}
