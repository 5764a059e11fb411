import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Backlog } from '../../src/audit/intake/backlog.js';
import { Sequencer } from '../../src/audit/intake/sequencer.js';
import { CliModule } from '../../src/cli/cli.module.js';
import { Operator } from '../../src/cli/operator.js';
import { Progress } from '../../src/cli/progress.js';
import { faultLine } from '../../src/cli/verdict.js';
import { lastLineIn, linesIn } from '../../src/cli/lines.js';
import { verifyExport } from '../../src/cli/verify-export.js';
import { loadConfig } from '../../src/config/load-config.js';
import { UsersService } from '../../src/users/users.service.js';
import { SmallLog } from '../support/small-log.js';
import { signCheckpoint } from '../../src/audit/merkle/signing.js';

describe('Operator', () => {
  let storage: string;
  let context: INestApplicationContext;
  let operator: Operator;
  beforeAll(async () => {
    storage = await mkdtemp(join(tmpdir(), 'operator-'));
    const config = loadConfig({ STORAGE_PATH: storage, BCRYPT_COST: '10' });
    context = await NestFactory.createApplicationContext(CliModule.on(config), { logger: false });
    operator = context.get(Operator);
  });
  afterAll(async () => {
    await context.close();
    await rm(storage, { recursive: true });
  });

  const rolesOf = async (email: string) => {
    const user = await context.get(UsersService).findByEmail(email);
    return user?.roles;
  };

  it('makes an admin once, grants and revokes roles, and refuses what the routes refuse', async () => {
    await operator.createAdmin(' Root@Example.org ', 'a passphrase of the operator');
    expect(await rolesOf('root@example.org')).toEqual(['user', 'admin']);
    await expect(
      operator.createAdmin('root@example.org', 'a passphrase of the operator'),
    ).rejects.toMatchObject({
      code: 'email_taken',
    });
    await operator.createUser('bob@example.org', 'a passphrase of the operator');
    expect(await rolesOf('bob@example.org')).toEqual(['user']);
    await operator.grantRole('root@example.org', 'auditor');
    await operator.revokeRole('root@example.org', 'auditor');
    expect(await rolesOf('root@example.org')).toEqual(['user', 'admin']);
    await expect(operator.revokeRole('root@example.org', 'admin')).rejects.toMatchObject({
      code: 'last_admin',
    });
    await expect(operator.grantRole('nobody@example.org', 'admin')).rejects.toMatchObject({
      code: 'user_not_found',
    });
    for (const [email, password] of [
      ['no-address', 'a passphrase of the operator'],
      ['weak@example.org', 'password'],
    ] as const) {
      await expect(operator.createAdmin(email, password)).rejects.toMatchObject({
        code: 'validation_failed',
      });
    }
    await context.get(Sequencer).run();
    expect(await context.get(Backlog).lag()).toBe(0);
  });
});

describe('verifying a file', () => {
  it('reads long lines across chunks, a key from a file, and shows progress on a terminal only', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'verify-'));
    try {
      const log = new SmallLog().add(...Array<string>(1500).fill('alice'));
      const file = join(directory, 'export.ndjson');
      const key = join(directory, 'key');
      const older = join(directory, 'older');
      await writeFile(file, log.whole().join('\n'));
      await writeFile(key, log.verifier.vkey);
      await writeFile(older, log.checkpoint(700));
      expect(await verifyExport(file, key, older)).toMatchObject({ fault: null, rows: 1500 });
      await writeFile(file, '');
      await expect(verifyExport(file, key)).rejects.toThrow('no checkpoint');
      await expect(verifyExport(file, older)).rejects.toThrow('holds no key');
      await expect(verifyExport(file, key, key)).rejects.toThrow('no checkpoint signed with this key');
      await expect(verifyExport(join(directory, 'none'), key)).rejects.toThrow('ENOENT');
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('accepts only a checkpoint of the log as an older one', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'verify-'));
    try {
      const log = new SmallLog().add('alice', 'alice');
      const [file, since] = [join(directory, 'export.ndjson'), join(directory, 'since')];
      await writeFile(file, log.whole().join('\n'));
      const { origin, privateKey } = log;
      const root = log.root();
      for (const note of [
        log.subjectNote('alice'),
        signCheckpoint({ origin: `${origin}/subject/alice`, size: 2, root }, origin, privateKey),
        signCheckpoint({ origin: 'other.test', size: 2, root }, origin, privateKey),
      ]) {
        await writeFile(since, note);
        await expect(verifyExport(file, log.verifier.vkey, since)).rejects.toThrow('no checkpoint signed');
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('reads each byte of a line of 40 MB once', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'verify-'));
    try {
      const log = new SmallLog().add('alice', 'bob');
      const file = join(directory, 'export.ndjson');
      const [first, second, last] = log.whole() as [string, string, string];
      const long = `${first}${' '.repeat(40_000_000)}`;
      for (const [lines, verdict] of [
        [[long, second, last], 'malformed'],
        [[first, second, last, long], 'after the checkpoint'],
        [[first, second, `${' '.repeat(40_000_000)}${last}`], null],
      ] as const) {
        await writeFile(file, `${lines.join('\n')}\n`);
        let read = 0;
        let count = 0;
        for await (const line of linesIn(file)) {
          read += line.length;
          count++;
        }
        expect(count).toBe(lines.length);
        expect(read).toBeLessThan(2_000_000);
        const { line } = await lastLineIn(file);
        expect(line.length).toBeLessThan(2_000_000);
        const judged = verifyExport(file, log.verifier.vkey);
        if (verdict === null) await expect(judged).rejects.toThrow('no checkpoint');
        else expect((await judged).fault?.reason).toContain(verdict);
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('reports where a log was tampered with, when this is known', () => {
    expect(faultLine({ seq: 7, reason: 'changed' })).toBe('TAMPERED at seq 7: changed');
    expect(faultLine({ seq: null, reason: 'cut' })).toBe('TAMPERED: cut');
  });

  it.each([true, false])('shows progress on a terminal: %s', (isTTY) => {
    let shown = '';
    const out = { isTTY, write: (text: string) => (shown += text) } as unknown as NodeJS.WriteStream;
    const progress = new Progress('checked', 200, out);
    progress.update(50);
    progress.update(51);
    progress.end();
    expect(shown).toBe(isTTY ? '\rchecked 25 %\u001b[K\r\u001b[K' : '');
  });
});
