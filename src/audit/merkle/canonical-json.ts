/**
 * The canonical form of a value (RFC 8785): members sorted by UTF-16 code units, no white space, numbers and
 * strings as in ECMAScript. Equal values have equal bytes.
 * @throws TypeError for values that JSON cannot represent exactly: undefined, NaN, infinities, lone
 * surrogates (section 3.2.2), big integers, functions and objects of a class.
 */
export function canonicalize(value: unknown): string {
  return isInOrder(value) ? JSON.stringify(value) : writeSorted(value);
}

/**
 * True when the members of every object are sorted already. `JSON.stringify` then writes the canonical form,
 * which is faster.
 * @throws TypeError for values that JSON cannot represent, anywhere in `value`.
 */
function isInOrder(value: unknown): boolean {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'string') {
    requireWellFormed(value);
    return true;
  }
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return true;
    throw new TypeError('canonical JSON has no NaN and no infinity');
  }
  if (typeof value !== 'object') {
    throw new TypeError(`canonical JSON cannot carry a value of type ${typeof value}`);
  }
  return Array.isArray(value) ? areInOrder(value) : hasMembersInOrder(value);
}

function requireWellFormed(text: string): void {
  if (!text.isWellFormed()) throw new TypeError('canonical JSON cannot carry a lone surrogate');
}

// Checks every part, also after one that is not sorted, to find all invalid values.
function areInOrder(values: readonly unknown[]): boolean {
  let ordered = true;
  for (const value of values) ordered = isInOrder(value) && ordered;
  return ordered;
}

function hasMembersInOrder(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError('canonical JSON cannot carry an object of a class');
  }
  const keys = Object.keys(value);
  keys.forEach(requireWellFormed);
  let ordered = areInOrder(Object.values(value));
  for (let at = 1; at < keys.length; at++) ordered &&= keys[at - 1]! < keys[at]!;
  return ordered;
}

function writeSorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeSorted).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${writeSorted(member)}`).join(',')}}`;
}
