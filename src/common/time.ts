let last = { ms: 0, text: '' };

/** Now, as the ISO 8601 text with milliseconds and `Z` that rows and answers carry. Under load, many ask in one millisecond. */
export function now(): string {
  const ms = Date.now();
  if (ms !== last.ms) last = { ms, text: new Date(ms).toISOString() };
  return last.text;
}

/** The time `ms` milliseconds from now. */
export function fromNow(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}
