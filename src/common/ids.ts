import { v7 } from 'uuid';

/** The canonical form of a UUID, in lower case. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A new UUIDv7: sorts by creation, and strictly within one process. */
export function newId(): string {
  return v7();
}

/** The id as stored, or null when `text` cannot be one. Ids compare without regard to case (RFC 9562). */
export function parseId(text: string): string | null {
  const id = text.toLowerCase();
  return UUID.test(id) ? id : null;
}
