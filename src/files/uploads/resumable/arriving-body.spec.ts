import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { ArrivingBody } from './arriving-body.js';

describe('ArrivingBody', () => {
  let stream: PassThrough;
  let body: ArrivingBody;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    stream = new PassThrough();
    body = new ArrivingBody(stream as unknown as IncomingMessage);
  });
  afterEach(() => void jest.useRealTimers());

  it('gives what arrives, and then null', async () => {
    stream.write('one');
    expect(String(await body.next())).toBe('one');
    const next = body.next();
    stream.end('two');
    expect(String(await next)).toBe('two');
    expect(await body.next()).toBeNull();
  });

  it('rejects when the client goes away', async () => {
    const next = body.next();
    stream.destroy();
    await expect(next).rejects.toMatchObject({ code: 'malformed_upload' });
  });

  it('rejects when nothing arrives for 30 s, but not while something does', async () => {
    for (let piece = 0; piece < 3; piece++) {
      const next = body.next();
      await jest.advanceTimersByTimeAsync(29_000);
      stream.write('x');
      await next;
    }
    const stalled = expect(body.next()).rejects.toMatchObject({ code: 'request_timeout' });
    await jest.advanceTimersByTimeAsync(31_000);
    await stalled;
  });

  it('rejects with the reason of a stop, now and later', async () => {
    const next = body.next();
    body.stop(new Error('wanted'));
    await expect(next).rejects.toThrow('wanted');
    stream.write('x');
    await expect(body.next()).rejects.toThrow('wanted');
  });

  it('knows for how long it has waited', async () => {
    expect(body.idleMs).toBe(0);
    const next = body.next();
    await jest.advanceTimersByTimeAsync(2000);
    expect(body.idleMs).toBeGreaterThanOrEqual(2000);
    stream.write('x');
    await next;
    expect(body.idleMs).toBe(0);
  });
});
