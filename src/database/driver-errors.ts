import { QueryFailedError } from 'typeorm';
import { errors } from '../common/refusals/errors.js';
import type { ApiError } from '../common/refusals/refusal.js';

const UNIQUE = new Set(['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);
const FULL = new Set(['SQLITE_FULL', '53100']);
const RETRYABLE = new Set(['40001', '40P01']);
const SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
// The driver reports these errors without a code.
const PG_MESSAGE =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|not queryable/i;

function driverError(error: unknown): { code?: unknown; message?: unknown } {
  const inner = error instanceof QueryFailedError ? (error.driverError as unknown) : error;
  return typeof inner === 'object' && inner !== null ? inner : {};
}

function codeOf(error: unknown): string {
  const { code } = driverError(error);
  return typeof code === 'string' ? code : '';
}

/** True when a row with this key already exists. */
export function isUniqueViolation(error: unknown): boolean {
  return UNIQUE.has(codeOf(error));
}

/** True when a row refers to a row that does not exist. */
export function isForeignKeyViolation(error: unknown): boolean {
  const code = codeOf(error);
  return code === '23503' || code === 'SQLITE_CONSTRAINT_FOREIGNKEY';
}

/** True when the transaction failed because of another one and can be run again. */
export function isSerializationFailure(error: unknown): boolean {
  return RETRYABLE.has(codeOf(error));
}

/** True when another process holds SQLite's write lock. */
export function isLocked(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

/** True when a file is no SQLite database, or is encrypted under another key. */
export function isNotADatabase(error: unknown): boolean {
  return codeOf(error) === 'SQLITE_NOTADB';
}

/**
 * True when an error is about values: the database refuses one of them, or the code before it did. False for
 * other errors of the database.
 */
export function isAboutValues(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return translateDatabaseError(error) === null;
  // PostgreSQL, appendix A: 22 data exception, 23 integrity constraint violation.
  return /^(2[23][0-9A-Z]{3}|SQLITE_(CONSTRAINT.*|MISMATCH|TOOBIG))$/.test(codeOf(error));
}

/** True when the database is unreachable, locked, shutting down, or did not answer in time. */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  if (isLocked(error) || isSerializationFailure(error) || SOCKET.has(code)) return true;
  if (/^SQLITE_(IOERR|CANTOPEN|LOCKED|READONLY)/.test(code)) return true;
  // PostgreSQL, appendix A: 08 connection exception, 57 operator intervention, 53 insufficient resources.
  if (/^(08|57|53)[0-9A-Z]{3}$/.test(code)) return true;
  const { message } = driverError(error);
  return typeof message === 'string' && PG_MESSAGE.test(message);
}

/** The refusal for a database error. Null when the error is a fault of the service. */
export function translateDatabaseError(error: unknown): ApiError | null {
  if (FULL.has(codeOf(error))) return errors.storageFull(error);
  return isUnavailable(error) ? errors.databaseUnavailable(error) : null;
}
