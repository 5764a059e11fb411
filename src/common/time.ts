/** Now, as the ISO 8601 text with milliseconds and `Z` that rows and answers carry. */
export function now(): string {
  return new Date().toISOString();
}

/** The time `ms` milliseconds from now. */
export function fromNow(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}
