interface Range {
  readonly begin: number;
  readonly end: number;
}

const NUMBER = new Intl.NumberFormat('en');

/** The entries under a hash, such as `0–511`. */
export function rangeOf({ begin, end }: Range): string {
  const [first, last] = [NUMBER.format(begin), NUMBER.format(end - 1)];
  return first === last ? first : `${first}–${last}`;
}

/** The same in words, such as `entries 0–511`. */
export function entriesIn(range: Range): string {
  return `${range.end - range.begin === 1 ? 'entry' : 'entries'} ${rangeOf(range)}`;
}
