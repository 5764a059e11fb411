import { createHash } from 'node:crypto';

/** The name of a log's file or object: a readable part, and a digest that makes it unique. */
export function placeOfLog(origin: string): string {
  const readable = origin.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
  return `${readable}-${createHash('sha256').update(origin).digest('hex').slice(0, 16)}`;
}
