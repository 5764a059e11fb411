const SECOND_MS = 1000;

/** The text of the last second, up to the decimal point. Formatting a date is slow, so it is reused. */
let last = { second: 0, text: '' };

/** The current time as ISO 8601 text with milliseconds and `Z`, as stored and sent. */
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
