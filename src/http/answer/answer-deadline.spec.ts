import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type NextFunction, type Request, type Response } from 'express';
import { waitOf } from '../../common/answer-wait.js';
import type { ApiError } from '../../common/refusals/refusal.js';
import { answerDeadline } from './answer-deadline.js';

const SILENT_MS = 300;
const TICK_MS = 20;

describe('answerDeadline', () => {
  let server: Server;
  let url: string;
  let told: unknown;
  beforeAll(async () => {
    const app = express();
    server = createServer(app);
    app.use(answerDeadline(server, SILENT_MS, TICK_MS));
    app.get('/frozen', () => undefined);
    app.get('/begun', (_request, response) => void response.write('begun'));
    app.get('/held', async (request, response) => {
      await waitOf(request).hold(() => delay(3 * SILENT_MS));
      response.end('held');
    });
    app.get('/late', async (request) => {
      await delay(2 * SILENT_MS);
      try {
        waitOf(request).requireTime();
      } catch (error) {
        told = error;
      }
    });
    app.post('/read', (request, response) => void request.resume().on('end', () => response.end('read')));
    app.post('/unread', () => undefined);
    app.use((error: ApiError, _request: Request, response: Response, _next: NextFunction) => {
      response.status(error.status).set(error.headers).send(error.code);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const expectTimeout = async (answer: globalThis.Response) => {
    expect([answer.status, await answer.text()]).toEqual([503, 'answer_timeout']);
    expect(answer.headers.get('retry-after')).toBe('5');
  };

  it('answers 503 with Retry-After when there is no progress', async () => {
    await expectTimeout(await fetch(`${url}/frozen`));
  });

  it('signals the timeout to the work that still runs', async () => {
    await expectTimeout(await fetch(`${url}/late`));
    await delay(2 * SILENT_MS);
    expect(told).toMatchObject({ code: 'answer_timeout' });
  });

  it('leaves a response that has begun alone', async () => {
    const answer = await fetch(`${url}/begun`);
    await delay(2 * SILENT_MS);
    const first = (await answer.body!.getReader().read()) as { value: Uint8Array };
    expect(Buffer.from(first.value).toString()).toBe('begun');
  });

  it('does not count work with timeouts of its own', async () => {
    expect(await (await fetch(`${url}/held`)).text()).toBe('held');
  });

  it('waits for a client that sends slowly, and for one that has stopped sending', async () => {
    const slow = request(`${url}/read`, { method: 'POST', headers: { 'content-length': 4 } });
    const answered = once(slow, 'response');
    for (const byte of 'slow') {
      slow.write(byte);
      await delay(SILENT_MS / 2);
    }
    const [answer] = (await answered) as [{ statusCode: number }];
    expect(answer.statusCode).toBe(200);
    const silent = request(`${url}/read`, { method: 'POST', headers: { 'content-length': 4 } });
    silent.on('error', () => undefined).write('s');
    const outcome = await Promise.race([once(silent, 'response'), delay(3 * SILENT_MS, 'nothing')]);
    silent.destroy();
    expect(outcome).toBe('nothing');
  });

  it('counts while nothing reads the body', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nsome');
    const [data] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(data.toString()).toContain('503 Service Unavailable');
  });
});
