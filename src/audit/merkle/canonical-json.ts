/**
 * The canonical form of a value (RFC 8785): members sorted by UTF-16 code units, no white space, numbers and
 * strings as ECMAScript writes them. Equal values have equal bytes.
 * @throws TypeError on what JSON cannot carry unchanged: undefined, NaN, infinities, lone surrogates (section 3.2.2),
 * big integers, functions and objects of a class.
 */
export function canonicalize(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (typeof value !== 'object') {
    throw new TypeError(`canonical JSON cannot carry a value of type ${typeof value}`);
  }
  return Array.isArray(value) ? `[${value.map(canonicalize).join(',')}]` : canonicalObject(value);
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError('canonical JSON has no NaN and no infinity');
  return JSON.stringify(value);
}

function canonicalObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError('canonical JSON cannot carry an object of a class');
  }
  const members = Object.keys(value)
    .sort()
    .map((key) => `${canonicalString(key)}:${canonicalize((value as Record<string, unknown>)[key])}`);
  return `{${members.join(',')}}`;
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('canonical JSON cannot carry a lone surrogate');
  return JSON.stringify(text);
}
