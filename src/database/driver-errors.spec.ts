import { describe, expect, it } from '@jest/globals';
import { translateDatabaseError } from './driver-errors.js';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

describe('translateDatabaseError', () => {
  it('says that the disk is full', () => {
    expect(translateDatabaseError(withCode('SQLITE_FULL'))?.code).toBe('storage_full');
  });

  it.each(['SQLITE_BUSY', 'SQLITE_IOERR_WRITE', 'ECONNREFUSED', '08006', '57P01', '53300', '40001'])(
    'says of %s that the database cannot be reached',
    (code) => expect(translateDatabaseError(withCode(code))?.code).toBe('database_unavailable'),
  );

  it('knows a lost connection by its words, as it comes without a code', () => {
    expect(translateDatabaseError(new Error('Connection terminated unexpectedly'))?.status).toBe(503);
  });

  it.each([[withCode('42601')], ['no error at all']])(
    'tells nothing of %p, which is a fault of ours',
    (error) => {
      expect(translateDatabaseError(error)).toBeNull();
    },
  );
});
