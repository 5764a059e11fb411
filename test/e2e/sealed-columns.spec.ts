import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getDataSourceToken } from '@nestjs/typeorm';
import { Secret } from 'otpauth';
import type { DataSource } from 'typeorm';
import { LogAppender } from '../../src/audit/intake/log-appender.js';
import { Sequencer } from '../../src/audit/intake/sequencer.js';
import { LogSigner } from '../../src/audit/log/log-signer.js';
import { PrivateRows } from '../../src/audit/log/private-rows.js';
import { LogChecker } from '../../src/audit/verify/log-checker.js';
import { verifyExport } from '../../src/cli/verify-export.js';
import { newSymmetricKey } from '../../src/config/secret-sources.js';
import { MasterKeys } from '../../src/encryption/master-keys.js';
import { SEALED_PLACES } from '../../src/encryption/sealed-places.js';
import { SealedRows } from '../../src/encryption/sealed-rows.js';
import { MailContents } from '../../src/mail/mail-contents.js';
import { MailQueue } from '../../src/mail/mail-queue.js';
import type { Mail } from '../../src/mail/mail.entity.js';
import { createDatabase } from '../support/database.js';
import { Mailbox } from '../support/mailbox.js';
import { CANARIES, dump, execute, RETRY, walk, type Walked } from '../support/sealed-walk.js';
import { startApp, type TestApp } from '../support/test-app.js';

const [OLD, NEW] = [newSymmetricKey(), newSymmetricKey()];

/** The tables with each canary. */
const whereIn = (tables: Map<string, string>, walked: Walked) => {
  const secret = Secret.fromBase32(walked.secret);
  const words = {
    ...CANARIES,
    secret: walked.secret,
    bytes: Buffer.from(secret.bytes).toString('base64').replace(/=+$/, ''),
  };
  return Object.fromEntries(
    Object.entries(words).map(([name, word]) => [
      name,
      [...tables]
        .filter(([, text]) => text.includes(word))
        .map(([table]) => table)
        .sort(),
    ]),
  );
};

describe.each([
  ['without a key', ''],
  ['with a key', OLD],
] as const)('personal values and secrets, in an installation %s', (_, ENCRYPTION_KEY) => {
  const isSealed = ENCRYPTION_KEY !== '';
  const only = (...tables: string[]) => (isSealed ? [] : tables);
  let mailbox: Mailbox;
  let server: TestApp;
  let walked: Walked;
  let intake: Map<string, string>;
  let held: { action: string; ip: string | null }[];
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    mailbox.manner = 'defers';
    server = await startApp({ ...mailbox.environment, ENCRYPTION_KEY, TRUST_PROXY: '1', TRASH_DAYS: '0' });
    const holding = jest.spyOn(server.app.get(LogAppender), 'append').mockResolvedValue(0);
    walked = await walk(server);
    intake = await dump(server);
    held = await walked.client.trail(`&ip=${CANARIES.address}`);
    holding.mockRestore();
    await server.app.get(Sequencer).run();
  });
  afterAll(async () => {
    await server.close();
    await mailbox.close();
  });

  const trail = (filter = '') => walked.client.trail(filter);
  const check = () =>
    new LogChecker(
      server.app.get<DataSource>(getDataSourceToken()),
      server.app.get(LogSigner).verifier,
      [],
      server.app.get(PrivateRows),
    ).check();

  it('security.md: at rest: stand in no row in plain where the document says sealed', async () => {
    expect(whereIn(intake, walked)).toEqual({
      address: only('audit_intake', 'mails', 'sessions', 'sign_in_attempts'),
      agent: only('audit_intake', 'mails', 'sessions'),
      filename: only('audit_intake', 'idempotency_keys'),
      secret: [],
      bytes: [],
    });
    expect(whereIn(await dump(server), walked)).toEqual({
      address: only('audit_private', 'mails', 'sessions', 'sign_in_attempts'),
      agent: only('audit_private', 'mails', 'sessions'),
      filename: only('audit_private', 'idempotency_keys'),
      secret: [],
      bytes: [],
    });
    const [mail] = await execute(server, 'SELECT * FROM mails');
    expect(mail!.recipient).toBe(isSealed ? null : walked.client.email);
    expect(JSON.stringify(mail).includes(walked.client.email)).toBe(!isSealed);
  });

  it('are shown by the API, and found by the address before and after they are in the log', async () => {
    const actions = ['FILE_DELETE', 'FILE_UPLOAD', 'USER_LOGIN'];
    const found = await trail(`&ip=${CANARIES.address}`);
    for (const entries of [held, found]) {
      expect(entries.map(({ action }) => action).filter((name) => actions.includes(name))).toEqual(actions);
      for (const { ip } of entries) expect(ip).toBe(CANARIES.address);
    }
    expect(found.find(({ action }) => action === 'FILE_UPLOAD')).toMatchObject({
      user_agent: CANARIES.agent,
      metadata: { filename: CANARIES.filename },
    });
    expect(await trail('&ip=198.51.100.174')).toEqual([]);
    const { body } = await walked.client.json<{ device: string; ip: string }[]>('GET', '/api/auth/sessions');
    expect(body[0]).toMatchObject({ device: CANARIES.agent, ip: CANARIES.address });
    const retried = await walked.client.upload('canary', RETRY);
    expect([retried.status, retried.body.id]).toEqual([201, walked.fileId]);
    const waiting = await server.app
      .get<DataSource>(getDataSourceToken())
      .getRepository<Mail>('mails')
      .find();
    const contents = waiting.map((mail) => server.app.get(MailContents).open(mail));
    expect(contents).toContainEqual({
      recipient: walked.client.email,
      facts: expect.objectContaining({ address: CANARIES.address, device: CANARIES.agent }),
    });
  });

  it('are in exports in plain, which verify elsewhere, and the log is whole', async () => {
    const text = await (await walked.client.fetch('/api/audit/export')).text();
    for (const word of [CANARIES.address, CANARIES.agent, CANARIES.filename]) expect(text).toContain(word);
    const file = join(server.storage, 'export.ndjson');
    await writeFile(file, text);
    expect((await verifyExport(file, server.app.get(LogSigner).verifier.vkey)).fault).toBeNull();
    expect(await (await walked.client.fetch('/api/audit/export?format=csv')).text()).toContain(
      CANARIES.address,
    );
    expect(await check()).toMatchObject({ fault: null, withheld: 0 });
  });

  it('make no new device of one that is known', async () => {
    const { email, password } = walked.client;
    const mails = () => execute(server, `SELECT id FROM mails WHERE letter = 'new_device'`);
    const before = (await mails()).length;
    const { headers } = RETRY;
    await walked.client.json('POST', '/api/users/login', { email, password }, headers);
    expect((await mails()).length).toBe(before);
  });
});

describe('sealed rows of an installation', () => {
  let mailbox: Mailbox;
  let storage: string;
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let server: TestApp;
  let walked: Walked;
  const start = (ENCRYPTION_KEY: string) =>
    startApp({
      ...mailbox.environment,
      ...(database === null ? {} : { DATABASE_URL: database.url }),
      STORAGE_PATH: storage,
      ENCRYPTION_KEY,
      TRUST_PROXY: '1',
      TRASH_DAYS: '0',
    });
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    mailbox.manner = 'defers';
    storage = await mkdtemp(join(tmpdir(), 'sealed-'));
    database = await createDatabase();
    server = await start(OLD);
    walked = await walk(server);
    await server.app.get(Sequencer).run();
  });
  afterAll(async () => {
    await server.close();
    await mailbox.close();
    await database?.drop();
    await rm(storage, { recursive: true, force: true });
  });

  const $ = (n: number) => (server.config.database.kind === 'postgres' ? `$${n}` : '?');
  type Personal = Record<'seq' | 'occurred_at' | 'ip' | 'salt' | 'private_values', string | null>;
  const personal = () =>
    execute<Personal>(
      server,
      'SELECT seq, occurred_at, ip, salt, private_values FROM audit_private ORDER BY seq',
    );
  /** As the owner of the database can, who has no key. */
  async function put({ seq, ...row }: Personal): Promise<void> {
    await execute(server, `DELETE FROM audit_private WHERE seq = ${$(1)}`, [seq]);
    const { occurred_at: at, ip, salt, private_values: values } = row;
    await execute(
      server,
      `INSERT INTO audit_private (seq, occurred_at, ip, salt, private_values)
       VALUES (${[1, 2, 3, 4, 5].map($).join()})`,
      [seq, at, ip, salt, values],
    );
  }
  const check = () =>
    new LogChecker(
      server.app.get<DataSource>(getDataSourceToken()),
      server.app.get(LogSigner).verifier,
      [],
      server.app.get(PrivateRows),
    ).check();
  const logged = (words: string) => server.log.filter((line) => line.includes(words));

  it('are told as damaged when they were swapped in the log, and shown again when they are back', async () => {
    const before = await personal();
    const [one, other] = before.filter(({ ip }) => ip === before.at(-1)!.ip).slice(-2);
    await put({ ...one!, private_values: other!.private_values });
    expect((await check()).fault).toEqual({
      seq: Number(one!.seq),
      reason: 'the sealed personal values were changed, or are those of another entry',
    });
    const shown = (await walked.client.trail()).find(({ seq }) => seq === Number(one!.seq))!;
    expect([shown.ip, shown.user_agent]).toEqual([null, null]);
    expect(shown.metadata.unreadable_bytes).toBeGreaterThan(0);
    expect(logged('audit_private')).not.toEqual([]);
    const refused = await walked.client.json('GET', '/api/audit/export');
    expect([refused.status, refused.body.code]).toEqual([503, 'audit_inconsistent']);
    // Another address, of which the hash is known from another row.
    await put({ ...one!, ip: before.find(({ ip }) => ip !== one!.ip)!.ip });
    expect((await check()).fault?.seq).toBe(Number(one!.seq));
    await put(one!);
    expect((await check()).fault).toBeNull();
  });

  it('stay in the intake when they were swapped there, and wait for an operator', async () => {
    const append = jest.spyOn(server.app.get(LogAppender), 'append').mockResolvedValue(0);
    for (const name of ['one.txt', 'two.txt']) await walked.client.upload('x', { name });
    const rows = await execute(server, 'SELECT id, personal FROM audit_intake ORDER BY position');
    const [one, other] = rows.slice(-2);
    const set = (personalText: string | null, id: string | null) =>
      execute(server, `UPDATE audit_intake SET personal = ${$(1)} WHERE id = ${$(2)}`, [personalText, id]);
    await set(other!.personal!, one!.id!);
    append.mockRestore();
    await server.app.get(Sequencer).run();
    expect(await execute(server, 'SELECT id FROM audit_intake')).toEqual([{ id: one!.id }]);
    expect((await walked.client.trail())[1]).toMatchObject({ id: one!.id, ip: null, user_agent: null });
    await set(one!.personal!, one!.id!);
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 61_000);
    await server.app.get(Sequencer).run();
    clock.mockRestore();
    expect(await execute(server, 'SELECT id FROM audit_intake')).toEqual([]);
    expect((await check()).fault).toBeNull();
  });

  it('show no address when they were swapped between sessions, and such a session can be ended', async () => {
    const rows = await execute(server, 'SELECT id, ip, personal FROM sessions ORDER BY id');
    const set = (id: string, row: (typeof rows)[number]) =>
      execute(server, `UPDATE sessions SET ip = ${$(1)}, personal = ${$(2)} WHERE id = ${$(3)}`, [
        row.ip,
        row.personal,
        id,
      ]);
    const [one, other] = rows;
    await set(one!.id!, other!);
    const { body } = await walked.client.json<{ id: string; ip: null; device: null }[]>(
      'GET',
      '/api/auth/sessions',
    );
    expect(body.find(({ id }) => id === one!.id)).toMatchObject({ ip: null, device: null });
    expect(logged(`sessions ${one!.id}`)).not.toEqual([]);
    expect((await walked.client.json('DELETE', `/api/auth/sessions/${one!.id}`)).status).toBe(204);
  });

  it('answer no retry when they were swapped between uploads: it is told that the first was done', async () => {
    const retry = (n: number) => ({ name: 'retry.txt', headers: { 'idempotency-key': `swapped-${n}` } });
    for (const n of [1, 2]) await walked.client.upload(`content ${n}`, retry(n));
    const key = (n: number) => `idempotency_key = 'swapped-${n}'`;
    await execute(
      server,
      `UPDATE idempotency_keys SET file = (SELECT file FROM idempotency_keys WHERE ${key(2)}) WHERE ${key(1)}`,
    );
    const answers = [
      await walked.client.upload('content 1', retry(1)),
      await walked.client.upload('content 2', retry(2)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([503, 201]);
    expect(answers[0]!.body).toMatchObject({ code: 'result_unavailable' });
    expect(logged('idempotency_keys')).not.toEqual([]);
    expect(logged('swapped-1')).toEqual([]);
  });

  it('are not sent when they were swapped between mails', async () => {
    await walk(server);
    const repository = server.app.get<DataSource>(getDataSourceToken()).getRepository<Mail>('mails');
    const [one, other] = await repository.find();
    const contents = server.app.get(MailContents);
    expect(contents.open(one!).recipient).toContain('@');
    expect(() => contents.open({ ...one!, facts: other!.facts })).toThrow(
      `in mails ${one!.id} cannot be opened`,
    );
    await execute(server, `UPDATE mails SET facts = ${$(1)}, due_at = '' WHERE id = ${$(2)}`, [
      other!.facts,
      one!.id,
    ]);
    const { attempts } = mailbox;
    await server.app.get(MailQueue).take(1);
    expect(mailbox.attempts).toBe(attempts);
    expect(logged(`mails ${one!.id}`)).not.toEqual([]);
  });

  it('are read beside plain rows from before', async () => {
    const rows = new SealedRows(SEALED_PLACES[1]!, server.app.get(MasterKeys));
    const [entry] = await walked.client.trail(`&ip=${CANARIES.address}`);
    const stored = (await personal()).find(({ seq }) => Number(seq) === entry!.seq)!;
    await put({ ...stored, ...rows.open(stored) });
    const plain = (await personal()).find(({ seq }) => seq === stored.seq)!;
    expect(plain.private_values).toMatch(/^\{/);
    expect((await check()).fault).toBeNull();
    expect(plain.ip).toBe(CANARIES.address);
    const found = await walked.client.trail(`&ip=${plain.ip}`);
    expect(found.map(({ seq }) => seq)).toContain(Number(stored.seq));
    const [session] = await execute(
      server,
      'SELECT id FROM sessions WHERE ended_at IS NULL ORDER BY id DESC',
    );
    const [ip, agent] = ['203.0.113.9', 'v1.0123abcd.a-plain-agent-that-looks-sealed'];
    await execute(
      server,
      `UPDATE sessions SET ip = ${$(1)}, user_agent = ${$(2)}, personal = NULL, user_id = ${$(3)} WHERE id = ${$(4)}`,
      [ip, agent, walked.client.userId, session!.id],
    );
    const { body } = await walked.client.json<object[]>('GET', '/api/auth/sessions');
    expect(body).toContainEqual(expect.objectContaining({ id: session!.id, ip, device: agent }));
  });

  it('open under every given key, and entries are found by an address under each', async () => {
    const before = (await walked.client.trail(`&ip=${CANARIES.address}`)).length;
    await server.close();
    server = await start(`${NEW},${OLD}`);
    const { email, password } = walked.client;
    const client = server.client();
    const { headers } = RETRY;
    const { body } = await client.json<{ token: string }>(
      'POST',
      '/api/users/login',
      { email, password },
      headers,
    );
    client.token = body.token;
    await server.app.get(Sequencer).run();
    const found = await client.trail(`&ip=${CANARIES.address}`);
    expect(found.length).toBe(before + 1);
    for (const { ip } of found) expect(ip).toBe(CANARIES.address);
    const hashes = new Set((await personal()).map(({ ip }) => ip?.split('.').slice(0, 2).join('.')));
    expect(hashes.size).toBeGreaterThan(1);
    expect((await check()).fault).toBeNull();
    expect(
      await new LogChecker(
        server.app.get<DataSource>(getDataSourceToken()),
        server.app.get(LogSigner).verifier,
        [],
        new PrivateRows(null),
      ).check(),
    ).toMatchObject({ fault: { reason: 'the salt is malformed' } });
  });
});
