import type { Request } from 'express';

/** The header of the console's requests. No page of another site can send it: preflights never allow it. */
export const CONSOLE_HEADER = 'x-console';

/**
 * True for a request of the console. Browsers also say from where a page calls (Fetch Metadata, `Sec-Fetch-Site`); one of another
 * site is treated as a program.
 */
export function isConsoleRequest({ headers }: Request): boolean {
  const site = headers['sec-fetch-site'];
  return headers[CONSOLE_HEADER] === '1' && (site === undefined || site === 'same-origin');
}
