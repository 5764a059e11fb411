import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { errors } from '../common/refusals/errors.js';
import { ecsFields } from './ecs-fields.js';

describe('ecsFields', () => {
  it('names every field of a request', () => {
    const line = {
      request_id: 'r-1',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      method: 'GET',
      path: '/api/files',
      status: 404,
      ms: 12.3,
      ip: '203.0.113.9',
      user_id: 'u-1',
    };
    expect(ecsFields(line)).toEqual({
      'http.request.id': 'r-1',
      'trace.id': '0af7651916cd43dd8448eb211c80319c',
      'http.request.method': 'GET',
      'url.path': '/api/files',
      'http.response.status_code': 404,
      'event.duration': 12_300_000,
      'client.ip': '203.0.113.9',
      'user.id': 'u-1',
      message: 'GET /api/files 404',
      'event.kind': 'event',
      'event.category': ['web'],
      'event.type': ['access'],
      'event.outcome': 'failure',
    });
  });

  it('leaves out what is not known, and calls a redirect a success', () => {
    const line = { method: 'GET', path: '/', status: 307, ms: 1, ip: null, user_id: undefined };
    const fields = ecsFields(line);
    expect(fields).toMatchObject({ 'event.outcome': 'success' });
    expect(Object.keys(fields)).not.toEqual(expect.arrayContaining(['client.ip']));
    expect(fields).not.toHaveProperty('user.id');
  });

  it('has an error with its causes in the stack, its code, and what the database says of it', () => {
    const driver = Object.assign(new Error('duplicate key value'), {
      code: '23505',
      constraint: 'users_email',
      detail: 'Key (email)=(canary@example.org) already exists.',
    });
    const failed = new QueryFailedError('INSERT INTO users VALUES ($1)', ['canary'], driver);
    const fields = ecsFields({ context: 'ProblemFilter', err: errors.databaseUnavailable(failed) });
    expect(fields).toMatchObject({
      'log.logger': 'ProblemFilter',
      'error.type': 'ApiError',
      'error.code': 'database_unavailable',
      'labels.error_constraint': 'users_email',
      'labels.error_query': 'INSERT INTO users VALUES ($1)',
    });
    expect(fields['error.stack_trace']).toMatch(/^ApiError: .*\nCaused by: QueryFailedError: duplicate key/s);
    expect(JSON.stringify(fields)).not.toContain('canary');
  });

  it('has the errors of several attempts', () => {
    const fields = ecsFields({ err: new AggregateError([new Error('one'), new Error('two')], 'all') });
    expect(fields['error.stack_trace']).toMatch(/Error: all.*Caused by: Error: one.*Caused by: Error: two/s);
    expect(fields).not.toHaveProperty('error.code');
  });

  it('makes labels, as text, of what the schema does not know', () => {
    expect(ecsFields({ file_id: 'f', records: 3, stack: 'at x', check: { a: 1 } })).toEqual({
      'labels.file_id': 'f',
      'labels.records': '3',
      'labels.check': '{"a":1}',
      'error.stack_trace': 'at x',
    });
  });
});
