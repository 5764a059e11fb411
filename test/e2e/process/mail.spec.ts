import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '../../support/client.js';
import { Mailbox, tokenIn } from '../../support/mailbox.js';
import { startProgram } from '../../support/process.js';
import { openDatabaseOf } from '../../support/service-database.js';

describe('mails', () => {
  let storage: string;
  let mailbox: Mailbox;
  beforeEach(async () => {
    storage = await mkdtemp(join(tmpdir(), 'mail-'));
    mailbox = await Mailbox.open();
  });
  afterEach(async () => {
    await mailbox.close();
    await rm(storage, { recursive: true, force: true });
  });

  const start = () => startProgram({ STORAGE_PATH: storage, BCRYPT_COST: '10', ...mailbox.environment });
  const metric = async (url: string, name: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, 'm').exec(text)?.[1]);
  };

  it('are sent after kill -9, with a link that works', async () => {
    mailbox.manner = 'stalls';
    const first = await start();
    const client = new Client(first.url);
    await client.register('ada@example.org', 'a long enough passphrase');
    expect((await client.json('POST', '/api/auth/password-reset', { email: client.email })).status).toBe(202);
    while (mailbox.attempts === 0) await delay(20);
    first.child.kill('SIGKILL');
    await first.ended;
    // As if the two minutes were over, for which the mail is kept for the first process.
    const database = await openDatabaseOf({ STORAGE_PATH: storage }, 'write');
    await database.query('UPDATE mails SET due_at = created_at');
    await database.destroy();
    mailbox.manner = 'takes';
    const second = await start();
    try {
      const token = tokenIn(await mailbox.received(client.email));
      const again = new Client(second.url);
      const answer = await again.json('POST', '/api/auth/password-reset/confirm', {
        token,
        password: 'a completely new passphrase',
      });
      expect(answer.status).toBe(204);
    } finally {
      second.child.kill('SIGTERM');
      await second.ended;
    }
  });

  it.each(['defers', 'drops'] as const)('wait and are counted while the server %s', async (manner) => {
    mailbox.manner = manner;
    const service = await start();
    try {
      const client = new Client(service.url);
      await client.register('ada@example.org', 'a long enough passphrase');
      await client.json('POST', '/api/auth/password-reset', { email: client.email });
      while ((await metric(service.url, 'mails_failed_total')) !== 1) await delay(50);
      expect(await metric(service.url, 'mails_waiting')).toBe(1);
      expect(await metric(service.url, 'mails_sent_total')).toBe(0);
    } finally {
      service.child.kill('SIGTERM');
      expect(await service.ended).toBe(0);
    }
  });

  it('are given up when the server refuses the recipient, whose address is in no log', async () => {
    mailbox.manner = 'refuses';
    const service = await start();
    const client = new Client(service.url);
    await client.register('canary-ada@example.org', 'a long enough passphrase');
    await client.json('POST', '/api/auth/password-reset', { email: client.email });
    while ((await metric(service.url, 'mails_failed_total')) !== 1) await delay(50);
    expect(await metric(service.url, 'mails_waiting')).toBe(0);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(service.output()).toContain('a mail could not be sent');
    expect(service.output()).not.toContain('canary-ada');
  });
});
