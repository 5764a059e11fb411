import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '../../support/client.js';
import { startProgram, type ServiceProcess } from '../../support/process.js';
import { filePart, multipart, openRaw, statusOf, uploadHead } from '../../support/raw-http.js';
import { storedFiles } from '../../support/storage-files.js';

describe('security.md: shutdown', () => {
  let storage: string;
  beforeEach(async () => void (storage = await mkdtemp(join(tmpdir(), 'stop-'))));
  afterEach(() => rm(storage, { recursive: true, force: true }));

  const start = async (grace: string): Promise<[ServiceProcess, Client, number]> => {
    const service = await startProgram({ STORAGE_PATH: storage, SHUTDOWN_GRACE_SECONDS: grace });
    const client = new Client(service.url);
    await client.register('stop@example.org', 'a long enough passphrase');
    return [service, client, Number(new URL(service.url).port)];
  };

  it('announces the stop for two seconds while it serves requests, then refuses connections', async () => {
    const [service, client] = await start('20');
    service.child.kill('SIGTERM');
    const ready = async () => {
      const { status } = await client.json('GET', '/ready');
      return [status, Date.now()] as const;
    };
    let [status, announced] = await ready();
    while (status === 200) [status, announced] = await ready();
    expect(status).toBe(503);
    let served = 0;
    let last = announced;
    for (;;) {
      const answer = await client.json('GET', '/api/users/me').catch(() => null);
      if (answer === null) break;
      expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
      last = Date.now();
      served++;
      await delay(50);
    }
    expect(served).toBeGreaterThan(1);
    expect(last - announced).toBeGreaterThan(1000);
    await expect(fetch(`${service.url}/ready`)).rejects.toThrow();
    expect(await service.ended).toBe(0);
  });

  it('lets an upload and a sign-in in flight finish, refuses new connections, and exits with 0', async () => {
    const [service, client, port] = await start('20');
    const body = multipart([filePart('slow.bin', Buffer.alloc(500_000, 1))]);
    const socket = await openRaw(port, uploadHead(client.token, body.length));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.write(body.subarray(0, 250_000));
    await delay(150);
    const signIn = client.signIn();
    await delay(20);
    service.child.kill('SIGTERM');
    // Waits until the announcement is over.
    await delay(2500);
    await expect(fetch(`${service.url}/ready`)).rejects.toThrow();
    socket.write(body.subarray(250_000));
    expect((await signIn).status).toBe(200);
    expect(await service.ended).toBe(0);
    expect(statusOf(answer)).toBe(201);
    expect(answer).toMatch(/connection: close/i);
    const phases = [...service.output().matchAll(/"phase":"([^"]+)","outcome":"done"/g)].map(
      ([, phase]) => phase,
    );
    expect(phases).toEqual([
      'announce',
      'drain requests',
      'settle uploads',
      'settle mails',
      'drain audit',
      'close',
    ]);

    const again = await startProgram({ STORAGE_PATH: storage });
    client.token = (
      await new Client(again.url).signIn('stop@example.org', 'a long enough passphrase')
    ).body.token;
    Object.assign(client, { url: again.url });
    expect(await client.trail('&action=FILE_UPLOAD')).toHaveLength(1);
    again.child.kill('SIGTERM');
    await again.ended;
  });

  it('cuts and cleans up the remaining requests when the grace ends', async () => {
    const [service, client, port] = await start('1');
    const body = multipart([filePart('stuck.bin', Buffer.alloc(500_000))]);
    const socket = await openRaw(port, uploadHead(client.token, body.length));
    socket.write(body.subarray(0, 250_000));
    await delay(150);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(await storedFiles(storage)).toEqual([]);
  });

  it('does not wait for a connection that has sent nothing', async () => {
    const [service, , port] = await start('600');
    const silent = await openRaw(port, '');
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    silent.destroy();
  });

  it('exits at once on a second signal', async () => {
    const [service, client, port] = await start('3600');
    await openRaw(port, uploadHead(client.token, 1000));
    await delay(100);
    service.child.kill('SIGTERM');
    await delay(200);
    expect(service.child.exitCode).toBeNull();
    service.child.kill('SIGINT');
    expect(await service.ended).toBe(1);
  });
});
