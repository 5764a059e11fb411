const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** A size in decimal units, as the file managers of most systems show them. */
export function sizeOf(bytes: number): string {
  let size = bytes;
  let unit = 0;
  // What would be rounded to 1000 is one of the next unit.
  for (; size >= 999.95 && unit < UNITS.length - 1; unit++) size /= 1000;
  return `${NUMBER.format(size)} ${UNITS[unit]!}`;
}

/** A number of things, such as `3 files`. */
export function countOf(count: number, noun: string, nouns = `${noun}s`): string {
  return `${NUMBER.format(count)} ${count === 1 ? noun : nouns}`;
}
