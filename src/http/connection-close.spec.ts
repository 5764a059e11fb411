import { describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { Lifecycle } from '../common/lifecycle.js';
import { connectionClose } from './connection-close.js';

class FakeResponse extends EventEmitter {
  headersSent = false;
  readonly headers: Record<string, string> = {};
  setHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
}

describe('connectionClose', () => {
  it('tells requests in flight and later ones, but not those that are answered', () => {
    const lifecycle = new Lifecycle();
    const middleware = connectionClose(lifecycle);
    const pass = (response: FakeResponse) =>
      middleware({} as Request, response as unknown as Response, () => undefined);
    const [inFlight, sent, closed, later] = [1, 2, 3, 4].map(() => new FakeResponse());
    for (const response of [inFlight!, sent!, closed!]) pass(response);
    sent!.headersSent = true;
    closed!.emit('close');
    lifecycle.beginStop();
    pass(later!);
    expect(inFlight!.headers).toEqual({ Connection: 'close' });
    expect(later!.headers).toEqual({ Connection: 'close' });
    expect([sent!.headers, closed!.headers]).toEqual([{}, {}]);
  });
});
