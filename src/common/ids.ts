import { v7 } from 'uuid';
import { randomOctets } from './random-octets.js';

/** The canonical form of a UUID, in lower case. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const last = { msecs: 0, seq: 0 };

/** A new UUIDv7: sorts by creation, and strictly within one process, by a counter (RFC 9562, section 6.2, method 1). */
export function newId(): string {
  const random = randomOctets(16);
  const msecs = Date.now();
  if (msecs > last.msecs) {
    last.msecs = msecs;
    // 31 of its 32 bits: the other half is for the ids of the same millisecond, or while the clock is set back.
    last.seq = random.readUInt32BE(6) >>> 1;
  } else {
    last.seq++;
  }
  // Not `{ ...last, random }`, which takes four times as long on Node 20.
  return v7({ msecs: last.msecs, seq: last.seq, random });
}

/** The id as stored, or null when `text` cannot be one. Ids compare without regard to case (RFC 9562). */
export function parseId(text: string): string | null {
  const id = text.toLowerCase();
  return UUID.test(id) ? id : null;
}

/** The smallest UUIDv7 of a time (milliseconds since the epoch): ids made later are greater. */
export function earliestId(time: number): string {
  const hex = Math.max(0, Math.floor(time)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
