import { v7 } from 'uuid';
import { randomOctets } from './random-octets.js';

/** A UUID in its canonical form: lower case with hyphens. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const last = { msecs: 0, seq: 0 };

/**
 * A new UUIDv7. Ids sort by creation time, and strictly by creation within one process: a counter ensures
 * this (RFC 9562, section 6.2, method 1).
 */
export function newId(): string {
  const random = randomOctets(16);
  const msecs = Date.now();
  if (msecs > last.msecs) {
    last.msecs = msecs;
    // The counter starts in the lower half of its 32 bits. The upper half is for more ids in the same
    // millisecond, and for a clock that was set back.
    last.seq = random.readUInt32BE(6) >>> 1;
  } else {
    last.seq++;
  }
  // Without object spread, which is slow on Node 20.
  return v7({ msecs: last.msecs, seq: last.seq, random });
}

/**
 * The id in its stored form, or null when `text` is not a UUID. Upper and lower case are equal (RFC 9562).
 */
export function parseId(text: string): string | null {
  const id = text.toLowerCase();
  return UUID.test(id) ? id : null;
}

/** The smallest UUIDv7 of a time in milliseconds since the epoch. Ids made later are greater. */
export function earliestId(time: number): string {
  const hex = Math.max(0, Math.floor(time)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
