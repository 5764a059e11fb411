import { QueryFailedError } from 'typeorm';
import { type ApiError, errors } from '../common/refusals/errors.js';

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
// pg reports these without a code.
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

/** A row with this key exists already. */
export function isUniqueViolation(error: unknown): boolean {
  return UNIQUE.has(codeOf(error));
}

/** A row refers to one that is gone. */
export function isForeignKeyViolation(error: unknown): boolean {
  const code = codeOf(error);
  return code === '23503' || code === 'SQLITE_CONSTRAINT_FOREIGNKEY';
}

/** The transaction lost against another and may be run again. */
export function isSerializationFailure(error: unknown): boolean {
  return RETRYABLE.has(codeOf(error));
}

/** Another process holds SQLite's write lock. */
export function isLocked(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

/** The database cannot be reached, is locked, is shutting down or did not answer in time. */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  if (isLocked(error) || isSerializationFailure(error) || SOCKET.has(code)) return true;
  if (/^SQLITE_(IOERR|CANTOPEN|LOCKED|READONLY)/.test(code)) return true;
  // PostgreSQL, appendix A: 08 connection exception, 57 operator intervention, 53 insufficient resources.
  if (/^(08|57|53)[0-9A-Z]{3}$/.test(code)) return true;
  const { message } = driverError(error);
  return typeof message === 'string' && PG_MESSAGE.test(message);
}

/** What a client is told of a database error; null when it is a fault of ours. */
export function translateDatabaseError(error: unknown): ApiError | null {
  if (FULL.has(codeOf(error))) return errors.storageFull(error);
  return isUnavailable(error) ? errors.databaseUnavailable(error) : null;
}
