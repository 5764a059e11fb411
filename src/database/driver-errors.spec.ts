import { describe, expect, it } from '@jest/globals';
import { translateDatabaseError } from './driver-errors.js';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

describe('translateDatabaseError', () => {
  it('reports a full disk', () => {
    expect(translateDatabaseError(withCode('SQLITE_FULL'))?.code).toBe('storage_full');
  });

  it.each(['SQLITE_BUSY', 'SQLITE_IOERR_WRITE', 'ECONNREFUSED', '08006', '57P01', '53300', '40001'])(
    'reports %s as an unreachable database',
    (code) => expect(translateDatabaseError(withCode(code))?.code).toBe('database_unavailable'),
  );

  it('recognises a lost connection by its message, because it has no code', () => {
    expect(translateDatabaseError(new Error('Connection terminated unexpectedly'))?.status).toBe(503);
  });

  it.each([[withCode('42601')], ['no error at all']])('does not translate %p, which is a bug', (error) => {
    expect(translateDatabaseError(error)).toBeNull();
  });
});
