import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastExpressAdapter } from './fast-express-adapter.js';

let entered: () => void = () => undefined;
let release: () => void = () => undefined;
let closing = false;

@Controller()
class SlowController {
  @Get('now')
  now(): object {
    return { answer: 'grüße' };
  }

  @Get('later')
  async later(): Promise<object[]> {
    entered();
    await new Promise<void>((resolve) => (release = resolve));
    return [{ answer: 1 }];
  }
}

@Module({ controllers: [SlowController] })
class SlowModule {}

describe('FastExpressAdapter', () => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    const adapter = new FastExpressAdapter();
    app = await NestFactory.create(SlowModule, adapter, { logger: false });
    adapter.closeConnectionsWhen(() => closing);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  it('answers every request of a turn with its own JSON', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/now`)));
    for (const answer of answers) {
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(answer.headers.get('connection')).toBe('keep-alive');
      expect(await answer.json()).toEqual({ answer: 'grüße' });
    }
  });

  it('closes the connection of a running request too', async () => {
    const reached = new Promise<void>((resolve) => (entered = resolve));
    const inFlight = fetch(`${url}/later`);
    await reached;
    closing = true;
    release();
    const answer = await inFlight;
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    expect(await answer.json()).toEqual([{ answer: 1 }]);
    expect((await fetch(`${url}/now`)).headers.get('connection')).toBe('close');
  });
});
