import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { errors } from '../common/refusals/errors.js';
import { loggedError } from './logged-error.js';

describe('loggedError', () => {
  const driver = Object.assign(new Error('duplicate key value violates unique constraint "users_email"'), {
    code: '23505',
    constraint: 'users_email',
    detail: 'Key (email)=(canary@example.org) already exists.',
    where: 'JSON data, line 1: canary',
  });

  it('has what an operator needs from a failed query, and none of its values', () => {
    const failed = new QueryFailedError(
      'INSERT INTO users VALUES ($1)',
      ['canary@example.org', '$2b$canary'],
      driver,
    );
    const logged = loggedError(errors.databaseUnavailable(failed));
    expect(logged).toMatchObject({
      type: 'ApiError',
      code: 'database_unavailable',
      cause: {
        type: 'QueryFailedError',
        message: expect.stringContaining('duplicate key'),
        code: '23505',
        constraint: 'users_email',
        query: 'INSERT INTO users VALUES ($1)',
        stack: expect.stringMatching(/^QueryFailedError: .*\n\s+at /),
      },
    });
    expect(JSON.stringify(logged)).not.toContain('canary');
  });

  it('leaves out the value that a data exception quotes, in the stack too', () => {
    const refused = Object.assign(new Error('invalid input syntax for type bigint: "canary "\n" canary"'), {
      code: '22P02',
    });
    expect(loggedError(refused).message).toBe('invalid input syntax for type bigint: "…"');
    expect(JSON.stringify(loggedError(refused))).not.toContain('canary');
  });

  it.each(['P0001', 'P0004', 'SQLITE_CONSTRAINT_TRIGGER'])(
    'leaves out what a trigger says (%s), which may have values in it',
    (code) => {
      const raised = Object.assign(new Error('no room for canary@example.org'), { code });
      const failed = new QueryFailedError('UPDATE audit_log SET entry = $1', ['canary'], raised);
      const logged = loggedError(failed);
      expect(logged).toMatchObject({ code, query: 'UPDATE audit_log SET entry = $1' });
      expect(logged.message).toBe('raised by a trigger or a function of the database');
      expect(JSON.stringify(logged)).not.toContain('canary');
    },
  );

  it('handles a circular cause, and values that are not errors', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(loggedError(error)).match(/"round"/g)).toHaveLength(6);
    expect(loggedError('words')).toEqual({ type: 'string', message: 'words', stack: '' });
    expect(loggedError(new AggregateError([new Error('one')], 'all')).errors).toMatchObject([
      { message: 'one' },
    ]);
  });
});
