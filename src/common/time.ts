const SECOND_MS = 1000;

/** The second that was asked for last, up to its point: writing a date takes longer than all else of a record. */
let last = { second: 0, text: '' };

/** Now, as the ISO 8601 text with milliseconds and `Z` that rows and answers carry. */
export function now(): string {
  const ms = Date.now();
  const second = Math.floor(ms / SECOND_MS);
  if (second !== last.second)
    last = { second, text: new Date(second * SECOND_MS).toISOString().slice(0, -'000Z'.length) };
  return `${last.text}${String(ms % SECOND_MS).padStart(3, '0')}Z`;
}

/** The time `ms` milliseconds from now. */
export function fromNow(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}
