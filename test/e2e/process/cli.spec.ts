import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DataSource } from 'typeorm';
import { Sequencer } from '../../../src/audit/intake/sequencer.js';
import { WRITING } from '../../../src/database/transactions.js';
import { ENCRYPTION } from '../../support/encryption-key.js';
import { JWT_SECRET, startApp, type TestApp } from '../../support/test-app.js';
import { cosignerVerifier } from '../../../src/audit/merkle/signing.js';

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

describe('commands of the operator', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp()));
  afterAll(() => server.close());

  /** Runs a built command beside the running service, on the same database. */
  async function run(program: string, args: string[], input = ''): Promise<Outcome> {
    const { database } = server.config;
    const child = spawn(process.execPath, [join('dist', 'cli', `${program}.js`), ...args], {
      env: {
        PATH: process.env.PATH,
        JWT_SECRET,
        BCRYPT_COST: '10',
        ...ENCRYPTION,
        STORAGE_PATH: server.storage,
        PORT: String(server.config.http.port),
        ...(database.kind === 'postgres' ? { DATABASE_URL: database.url } : {}),
      },
    });
    child.stdin.end(input);
    const [out, error, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.on('close', resolve)),
    ]);
    return { code, output: out + error };
  }

  it('makes an admin with the password from standard input, who can sign in at once', async () => {
    const made = await run('cli', ['create-admin', ' Root@Example.org '], 'a passphrase of the operator\n');
    expect(made).toEqual({ code: 0, output: 'done\n' });
    const admin = server.client();
    const { body } = await admin.signIn('root@example.org', 'a passphrase of the operator');
    admin.token = body.token;
    expect((await admin.json('GET', '/api/admin/users')).status).toBe(200);
    const trail = await admin.trail('&action=USER_REGISTER&action=ROLE_GRANT');
    expect(trail.map(({ action, actor }) => [action, actor.type])).toEqual([
      ['ROLE_GRANT', 'system'],
      ['USER_REGISTER', 'system'],
    ]);
  });

  it('makes a user in the same way', async () => {
    expect(await run('cli', ['create-user', 'made@example.org'], 'a passphrase of the operator\n')).toEqual({
      code: 0,
      output: 'done\n',
    });
    const user = server.client();
    const { status, body } = await user.signIn('made@example.org', 'a passphrase of the operator');
    expect(status).toBe(200);
    user.token = body.token;
    expect((await user.json('GET', '/api/users/me')).body).toMatchObject({ roles: ['user'] });
  });

  it('prints a link with which a user chooses a new password', async () => {
    const user = await server.user();
    const { code, output } = await run('cli', ['reset-link', user.email]);
    const [, token] = /^http:\/\/localhost:\d+\/reset#token=([\w-]{43})\ndone\n$/.exec(output) ?? [];
    expect([code, token]).toEqual([0, expect.any(String)]);
    const input = { token, password: 'a completely new passphrase' };
    const reset = await server.client().json('POST', '/api/auth/password-reset/confirm', input);
    expect(reset.status).toBe(204);
    expect((await user.signIn(user.email, input.password)).status).toBe(200);
  });

  it.each([
    [['create-admin', 'weak@example.org'], 'short', 1, 'at least 8 characters'],
    [['create-admin', 'no-address'], 'a long enough passphrase', 1, 'email'],
    [['grant-role', 'nobody@example.org', 'auditor'], '', 1, 'no user'],
    [['grant-role', 'nobody@example.org', 'owner'], '', 2, 'usage'],
    [['grant-role', 'nobody@example.org', 'user'], '', 2, 'usage'],
    [['grant-role', 'nobody@example.org'], '', 2, "missing required argument 'role'"],
    [['grant-role', 'nobody@example.org', 'admin', 'more'], '', 2, 'too many arguments'],
    [['create-admin'], '', 2, 'usage'],
    [['create-admin', '--nonsense', 'x'], '', 2, "unknown option '--nonsense'"],
    [['drop-everything', 'x', 'admin'], '', 2, 'usage'],
  ])('refuses %j', async (args, input, code, words) => {
    const refused = await run('cli', args, input);
    expect(refused.code).toBe(code);
    expect(refused.output).toContain(words);
    expect(refused.output).not.toMatch(/\bat .*\.js:/);
    if (code === 2) expect(refused.output).toMatch(/^error: .*\(usage: npm run cli -- .*\)\n$/);
  });

  it('lists the commands, and describes each', async () => {
    const commands = [
      'create-admin <email>',
      'create-user <email>',
      'grant-role <email> <role>',
      'revoke-role <email> <role>',
    ];
    const missing = await run('cli', []);
    expect(missing.code).toBe(2);
    expect(await run('cli', ['--help'])).toEqual({ code: 0, output: missing.output });
    for (const usage of commands) {
      expect(missing.output).toContain(`\n  ${usage} `);
      const { code, output } = await run('cli', [usage.split(' ', 1)[0]!, '--help']);
      expect(code).toBe(0);
      expect(output).toMatch(new RegExp(`^usage: npm run cli -- ${usage}\n`));
    }
  });

  it('prints a new key each time', async () => {
    const [one, other] = [await run('cli', ['key', 'new']), await run('cli', ['key', 'new'])];
    expect(one).toEqual({ code: 0, output: expect.stringMatching(/^[A-Za-z0-9+/]{43}=\n$/) });
    expect(one.output).not.toBe(other.output);
  });

  it('grants and revokes roles with effect within 5 s on the running service', async () => {
    const user = await server.user();
    expect((await run('cli', ['grant-role', user.email, 'auditor'])).code).toBe(0);
    const reads = async () => (await user.fetch('/api/audit/export')).status;
    const { body } = await user.signIn();
    user.token = body.token;
    expect(await reads()).toBe(200);
    expect((await user.trail()).some(({ action }) => action === 'SYSTEM_START')).toBe(true);
    expect((await run('cli', ['revoke-role', user.email, 'auditor'])).code).toBe(0);
  });

  it('verifies an export: 0 whole, 1 tampered with, 2 no verdict, 3 a selection', async () => {
    const auditor = await server.userWithRole('auditor');
    await server.app.get(Sequencer).run();
    const { body: keys } = await auditor.json<{ vkey: string }[]>('GET', '/api/audit/keys');
    const older = await (await auditor.fetch('/api/audit/checkpoint')).text();
    const exported = await (await auditor.fetch('/api/audit/export')).text();
    const file = async (name: string, content: string) => {
      await writeFile(join(server.storage, name), content);
      return join(server.storage, name);
    };
    const whole = await file('whole.ndjson', exported);
    const key = await file('key', `${keys[0]!.vkey}\n`);
    const since = await file('older.checkpoint', older);
    const edited = await file('edited.ndjson', exported.replace('ROLE_GRANT', 'ROLE_TAKEN'));
    const cut = await file('cut.ndjson', exported.slice(0, -500));
    const after = await file('after.ndjson', `${exported}\n`);
    const own = await file(
      'own.ndjson',
      await (await (await server.user()).fetch('/api/audit/export')).text(),
    );
    const selected = await (await auditor.fetch('/api/audit/export?action=ROLE_*')).text();
    const selection = await file('selection.ndjson', selected);
    const verify = (...args: string[]) => run('audit-verify', args);
    const stranger = cosignerVerifier('stranger.test', generateKeyPairSync('ed25519').privateKey).vkey;
    expect(await verify(whole, '--key', keys[0]!.vkey)).toMatchObject({
      code: 0,
      output: expect.stringContaining('whole: all'),
    });
    expect((await verify(whole, '--key', key, '--since', since)).code).toBe(0);
    expect(await verify(edited, '--key', key)).toMatchObject({
      code: 1,
      output: expect.stringContaining('TAMPERED'),
    });
    for (const args of [
      [cut, '--key', key],
      [whole, '--key', whole],
      [whole, '--key', 'nonsense'],
      [whole],
      [whole, '--key', key, '--since', key],
      [`${whole}.not`, '--key', key],
      [whole, '--nonsense'],
      [whole, '--key', key, '--expect', 'everything'],
    ]) {
      expect([args, (await verify(...args)).code]).toEqual([args, 2]);
    }
    for (const [args, code] of [
      [[after], 1],
      [[selection], 3],
      [[selection, '--expect', 'selection'], 0],
      [[selection, '--expect', 'log'], 1],
      [[whole, '--expect', 'log'], 0],
      [[whole, '--expect', 'subject'], 1],
      [[own], 0],
      [[own, '--expect', 'subject'], 0],
      [[own, '--expect', 'log'], 1],
      [[own, '--expect', 'selection'], 1],
      [[whole, '--witness', stranger], 1],
      [[whole, '--witness', key], 2],
    ] as const) {
      expect([args, (await verify(...args, '--key', key)).code]).toEqual([args, code]);
    }
  });

  it('checks the live database: 0 whole, 1 tampered with', async () => {
    const user = await server.user();
    await user.upload('abc');
    await server.app.get(Sequencer).run();
    expect(await run('audit-check', [])).toMatchObject({
      code: 0,
      output: expect.stringContaining('whole: '),
    });
    const database = server.app.get<DataSource>(WRITING);
    await database.query("UPDATE audit_state SET checkpoint = REPLACE(checkpoint, 'm', 'n')");
    expect(await run('audit-check', [])).toMatchObject({
      code: 1,
      output: expect.stringContaining('TAMPERED'),
    });
  });
});
