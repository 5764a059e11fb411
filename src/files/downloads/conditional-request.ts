import type { IncomingHttpHeaders } from 'node:http';
import type { ByteRange } from '../storage/object-storage.js';
import { parseHttpDate } from './http-date.js';

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

const ONE_RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * The part of a file that `Range` asks for. A malformed range, another unit, or several ranges are answered with the whole
 * (section 14.2 allows it); so is the end of a file that is empty, as no `Content-Range` can say it.
 */
function evaluateRange(header: string, size: number): Verdict {
  const [, first, last] = ONE_RANGE.exec(header) ?? [];
  if (first === undefined || last === undefined || first + last === '') return { status: 200 };
  if (first === '') return evaluateSuffix(Number(last), size);
  const [start, end] = [Number(first), last === '' ? Infinity : Number(last)];
  if (end < start) return { status: 200 };
  return start < size ? partFrom(start, Math.min(end, size - 1)) : { status: 416 };
}

/** The last `length` bytes; of a shorter file all of them (section 14.1.2). */
function evaluateSuffix(length: number, size: number): Verdict {
  if (length === 0) return { status: 416 };
  return size === 0 ? { status: 200 } : partFrom(Math.max(0, size - length), size - 1);
}

function partFrom(start: number, end: number): Verdict {
  return { status: 206, range: { start, end } };
}

function tagsOf(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

/** Milliseconds since the epoch, or null for what is no HTTP date: a condition that cannot be read is ignored (section 13.1.3). */
function dateOf(header: string | undefined): number | null {
  return header === undefined ? null : parseHttpDate(header.trim());
}
