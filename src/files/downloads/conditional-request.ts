import type { IncomingHttpHeaders } from 'node:http';
import type { ByteRange } from '../storage/object-storage.js';
import {
  dateOf,
  isNotModified,
  preconditionHolds,
  type Representation,
} from '../conditions/preconditions.js';

export type Verdict =
  | { readonly status: 200 }
  | { readonly status: 206; readonly range: ByteRange }
  | { readonly status: 304 | 412 | 416 };

/**
 * Decides the status of the answer to a GET or HEAD. It checks conditions in the order of RFC 9110, section
 * 13.2.2. Only a GET may have a range (section 14.2).
 */
export function evaluate(
  method: string,
  headers: IncomingHttpHeaders,
  representation: Representation,
): Verdict {
  if (!preconditionHolds(headers, representation)) return { status: 412 };
  if (isNotModified(headers, representation)) return { status: 304 };
  const { range } = headers;
  if (method !== 'GET' || range === undefined || !ifRangeHolds(headers['if-range'], representation))
    return { status: 200 };
  return evaluateRange(range, representation.size);
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
 * Evaluates the header `Range`. The answer is the whole file (200) for a malformed range, for another unit
 * and for several ranges; section 14.2 allows this. It is also the whole file for a suffix range of an empty
 * file, which no `Content-Range` can express.
 */
function evaluateRange(header: string, size: number): Verdict {
  const [, first, last] = ONE_RANGE.exec(header) ?? [];
  if (first === undefined || last === undefined || first + last === '') return { status: 200 };
  if (first === '') return evaluateSuffix(Number(last), size);
  const [start, end] = [Number(first), last === '' ? Infinity : Number(last)];
  if (end < start) return { status: 200 };
  return start < size ? partFrom(start, Math.min(end, size - 1)) : { status: 416 };
}

/** The last `length` bytes. The whole file when it is shorter (section 14.1.2). */
function evaluateSuffix(length: number, size: number): Verdict {
  if (length === 0) return { status: 416 };
  return size === 0 ? { status: 200 } : partFrom(Math.max(0, size - length), size - 1);
}

function partFrom(start: number, end: number): Verdict {
  return { status: 206, range: { start, end } };
}
