import type { IncomingHttpHeaders } from 'node:http';
import parseRange from 'range-parser';
import type { ByteRange } from '../storage/object-storage.js';

/** What conditions are judged by. */
export interface Representation {
  /** Quoted, strong. */
  readonly entityTag: string;
  /** Whole seconds, as HTTP dates carry them. */
  readonly lastModified: Date;
  readonly size: number;
}

export type Verdict =
  | { readonly status: 200 }
  | { readonly status: 206; readonly range: ByteRange }
  | { readonly status: 304 | 412 | 416 };

/** Decides what a GET or HEAD is answered with, in the order of RFC 9110, section 13.2.2. */
export function evaluate(headers: IncomingHttpHeaders, representation: Representation): Verdict {
  if (!preconditionHolds(headers, representation)) return { status: 412 };
  if (isNotModified(headers, representation)) return { status: 304 };
  if (headers.range === undefined || !ifRangeHolds(headers['if-range'], representation))
    return { status: 200 };
  return evaluateRange(headers.range, representation.size);
}

function preconditionHolds(
  headers: IncomingHttpHeaders,
  { entityTag, lastModified }: Representation,
): boolean {
  const ifMatch = headers['if-match'];
  // Strong comparison (section 13.1.1): a weak tag never matches.
  if (ifMatch !== undefined) return ifMatch.trim() === '*' || tagsOf(ifMatch).includes(entityTag);
  const since = dateOf(headers['if-unmodified-since']);
  return since === null || lastModified.getTime() <= since;
}

function isNotModified(headers: IncomingHttpHeaders, { entityTag, lastModified }: Representation): boolean {
  const ifNoneMatch = headers['if-none-match'];
  // Weak comparison (section 13.1.2): the prefix does not count.
  if (ifNoneMatch !== undefined) {
    return (
      ifNoneMatch.trim() === '*' || tagsOf(ifNoneMatch).some((tag) => tag.replace(/^W\//, '') === entityTag)
    );
  }
  const since = dateOf(headers['if-modified-since']);
  return since !== null && lastModified.getTime() <= since;
}

function ifRangeHolds(
  ifRange: string | string[] | undefined,
  { entityTag, lastModified }: Representation,
): boolean {
  if (ifRange === undefined) return true;
  const validator = String(ifRange).trim();
  if (validator.startsWith('"') || validator.startsWith('W/')) return validator === entityTag;
  return dateOf(validator) === lastModified.getTime();
}

/** A malformed range, another unit, or several ranges are answered with the whole (section 14.2 allows it). */
function evaluateRange(header: string, size: number): Verdict {
  const ranges = parseRange(size, header, { combine: true });
  if (ranges === -1) return { status: 416 };
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return { status: 200 };
  return { status: 206, range: { start: ranges[0]!.start, end: ranges[0]!.end } };
}

function tagsOf(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

/** Milliseconds since the epoch, or null for what is no date: a condition that cannot be read is ignored. */
function dateOf(header: string | undefined): number | null {
  const time = header === undefined ? NaN : Date.parse(header);
  return Number.isNaN(time) ? null : time;
}
