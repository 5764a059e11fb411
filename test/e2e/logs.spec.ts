import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/test-app.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE}-b7ad6b7169203331-01`;

type Line = Record<string, unknown>;

describe('LOG_FORMAT=ecs', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp({ LOG_FORMAT: 'ecs' })));
  afterAll(() => server.close());

  const lines = () => server.log.map((line) => JSON.parse(line) as Line);
  const lineOf = (requestId: string, name: string) =>
    lines().find((line) => line['http.request.id'] === requestId && line[name] !== undefined);

  it('writes requests under the names of the schema, with the trace of the caller', async () => {
    const client = await server.user();
    const headers = { 'x-request-id': 'seen', traceparent: TRACEPARENT };
    await client.json('GET', '/api/files?limit=1', undefined, headers);
    expect(lineOf('seen', 'url.path')).toEqual({
      'log.level': 'info',
      '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      'ecs.version': '8.11.0',
      'service.name': 'microservices-api',
      'host.hostname': expect.any(String),
      'process.pid': process.pid,
      'http.request.id': 'seen',
      'trace.id': TRACE,
      'http.request.method': 'GET',
      'url.path': '/api/files',
      'http.response.status_code': 200,
      'event.duration': expect.any(Number),
      'client.ip': '127.0.0.1',
      'user.id': client.userId,
      message: 'GET /api/files 200',
      'event.kind': 'event',
      'event.category': ['web'],
      'event.type': ['access'],
      'event.outcome': 'success',
    });
  });

  it('writes errors with the request and the trace that met them', async () => {
    const client = await server.user();
    await server.breakStorage(true);
    const headers = { 'x-request-id': 'broken', traceparent: TRACEPARENT };
    const { status } = await client.upload('bytes', { headers });
    await server.breakStorage(false);
    expect(status).toBe(503);
    expect(lineOf('broken', 'error.type')).toMatchObject({
      'log.level': 'error',
      'log.logger': 'ProblemFilter',
      'trace.id': TRACE,
      message: 'answered 503 storage_unavailable',
      'error.type': expect.any(String),
      'error.message': expect.any(String),
      'error.stack_trace': expect.stringMatching(/\n\s+at /),
    });
  });

  it('uses no name outside the schema but labels', () => {
    const fieldset =
      /^(@timestamp|message|labels\.\w+|(log|ecs|service|host|process|http|trace|url|event|client|user|error)\..+)$/;
    const names = new Set(lines().flatMap((line) => Object.keys(line)));
    expect([...names].filter((name) => !fieldset.test(name))).toEqual([]);
  });
});
