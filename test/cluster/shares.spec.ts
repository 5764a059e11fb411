import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { rm } from 'node:fs/promises';
import { DataSource } from 'typeorm';
import { Client } from '../support/client.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { rawExchange } from '../support/raw-http.js';
import { openShare, pathOf, share, type ShareBody, tokenOf } from '../support/shares.js';
import { storedFiles } from '../support/storage-files.js';

const ATTEMPTS = 100;
const LIMIT = 5;
const FAILURES = 10;

/** Ended links and grants have to be refused by other processes within this time. */
const ELSEWHERE_MS = 5000;

describe('links to files, over three processes', () => {
  let cluster: Cluster;
  let database: DataSource;
  let owner: Client;
  let file: string;
  beforeAll(async () => {
    cluster = await startCluster();
    database = await new DataSource({ type: 'postgres', url: cluster.databaseUrl }).initialize();
    owner = await cluster.user();
    file = (await owner.upload('shared bytes')).body.id;
  });
  afterAll(async () => {
    await database?.destroy();
    await cluster?.stop();
  });

  /** Anybody, at one process without nginx. */
  const at = (index: number) => new Client(cluster.instances[index % 3]!.url);
  const ownerAt = (index: number) => Object.assign(at(index), { token: owner.token, userId: owner.userId });
  const outcomesOf = async (link: ShareBody, attempts: number, password?: string) => {
    const answers = await Promise.all(
      Array.from({ length: attempts }, (_, index) => openShare(at(index), link.token, password)),
    );
    const counts: Record<string, number> = {};
    for (const { status, body } of answers) {
      const outcome = `${status} ${body.code ?? ''}`.trim();
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
    return counts;
  };

  it(`grant exactly ${LIMIT} downloads, of ${ATTEMPTS} that are asked for in parallel`, async () => {
    const link = (await share(owner, file, { max_downloads: LIMIT })).body;
    expect(await outcomesOf(link, ATTEMPTS)).toEqual({
      201: LIMIT,
      '404 share_not_found': ATTEMPTS - LIMIT,
    });
    const [{ downloads, grants }] = await database.query<[{ downloads: number; grants: string }]>(
      `SELECT downloads, (SELECT count(*) FROM share_grants WHERE link_id = l.id) AS grants
       FROM share_links l WHERE id = $1`,
      [link.id],
    );
    expect([downloads, grants]).toEqual([LIMIT, String(LIMIT)]);
    expect(await owner.trail(`&action=SHARE_OPEN&resource=${link.id}`)).toHaveLength(LIMIT);
  });

  it('count the wrong passwords of a link together', async () => {
    const link = (await share(owner, file, { password: 'sesame' })).body;
    expect(await outcomesOf(link, 3 * FAILURES, 'wrong')).toEqual({
      '401 wrong_share_password': FAILURES,
      '429 too_many_attempts': 2 * FAILURES,
    });
    expect(await owner.trail(`&action=SHARE_DENIED&resource=${link.id}`)).toHaveLength(FAILURES);
  });

  it('make at most 100 living links a file, when more are made in parallel', async () => {
    const { id } = (await owner.upload('much shared')).body;
    await database.query(
      `INSERT INTO share_links (id, owner_id, file_id, token_hash, created_at)
       SELECT gen_random_uuid()::varchar, $1, $2, gen_random_uuid()::varchar, '2026' FROM generate_series(1, 80)`,
      [owner.userId, id],
    );
    const made = await Promise.all(Array.from({ length: 40 }, (_, index) => share(ownerAt(index), id)));
    expect(made.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(made.filter(({ body }) => body.code === 'too_many_shares')).toHaveLength(20);
  });

  it('lose no grant and keep none, while files are trashed, restored and deleted', async () => {
    const links: ShareBody[] = [];
    for (let number = 0; number < 6; number++) {
      const { id } = (await owner.upload(`file ${number}`)).body;
      links.push((await share(owner, id)).body);
    }
    let granted = 0;
    const opening = links.flatMap((link) =>
      Array.from({ length: 12 }, async (_, index) => {
        await delay(Math.random() * 300);
        const { status } = await openShare(at(index), link.token);
        expect([201, 404]).toContain(status);
        if (status === 201) granted += 1;
      }),
    );
    const moving = links.map(async ({ file_id: id }, index) => {
      await delay(Math.random() * 200);
      const one = ownerAt(index);
      expect((await one.json('DELETE', `/api/files/${id}`)).status).toBe(204);
      const end = index % 2 === 0 ? 'DELETE' : 'POST';
      const path = `/api/trash/${id}${end === 'POST' ? '/restore' : ''}`;
      expect((await one.json(end, path)).status).toBeLessThan(300);
    });
    await Promise.all([...opening, ...moving]);
    const ids = links.map(({ id }) => id);
    const opened = (await owner.trail('&action=SHARE_OPEN')).filter(({ resource }) =>
      ids.includes(resource!),
    );
    expect(opened).toHaveLength(granted);
    const kept: { downloads: number; grants: string }[] = await database.query(
      `SELECT downloads, (SELECT count(*) FROM share_grants WHERE link_id = l.id) AS grants
       FROM share_links l WHERE id = ANY($1)`,
      [ids],
    );
    expect(kept).toHaveLength(3);
    for (const { downloads, grants } of kept) expect(Number(grants)).toBeLessThanOrEqual(downloads);
  });

  it('end at once where they were ended, and within 5 s elsewhere', async () => {
    const admin = await cluster.user();
    await database.query("UPDATE users SET roles = 'user,admin' WHERE id = $1", [admin.userId]);
    const disabled = await cluster.user();
    const other = (await disabled.upload('of a disabled user')).body.id;
    const trashed = (await owner.upload('trashed')).body.id;
    const links = [
      (await share(owner, file)).body,
      (await share(owner, trashed)).body,
      (await share(disabled, other)).body,
    ];
    const grants = await Promise.all(links.map(async ({ token }) => (await openShare(at(0), token)).body));
    const statuses = async (index: number) => [
      ...(await Promise.all(grants.map(async (grant) => (await at(index).fetch(pathOf(grant))).status))),
      ...(await Promise.all(links.map(async ({ token }) => (await openShare(at(index), token)).status))),
    ];
    for (const index of [0, 1, 2]) expect(await statuses(index)).toEqual([200, 200, 200, 201, 201, 201]);
    await ownerAt(0).json('DELETE', `/api/shares/${links[0]!.id}`);
    await ownerAt(0).json('DELETE', `/api/files/${trashed}`);
    await Object.assign(at(0), { token: admin.token }).json(
      'POST',
      `/api/admin/users/${disabled.userId}/disable`,
    );
    const ended = Date.now();
    const over = Array<number>(6).fill(404);
    expect(await statuses(0)).toEqual(over);
    await delay(Math.max(0, ended + ELSEWHERE_MS - Date.now()));
    for (const index of [1, 2]) expect(await statuses(index)).toEqual(over);
  });
});

describe.each(['none', 'x-accel'])('links to files behind nginx, downloads handed over: %s', (offload) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ environment: { DOWNLOAD_OFFLOAD: offload } });
  });
  afterAll(() => cluster?.stop());

  it('give bytes and ranges, and leave no token in a log, whatever fails', async () => {
    const owner = await cluster.user();
    const anyone = new Client(cluster.url);
    const { id } = (await owner.upload('0123456789', { name: 'page.html', type: 'text/html' })).body;
    const link = (await share(owner, id)).body;
    const grant = (await openShare(anyone, link.token)).body;
    const get = async (headers: Record<string, string> = {}) => {
      const answer = await anyone.fetch(pathOf(grant), { headers });
      expect(answer.headers.get('content-security-policy')).toContain('sandbox');
      return [answer.status, answer.headers.get('content-type'), await answer.text()];
    };
    expect(await get()).toEqual([200, 'application/octet-stream', '0123456789']);
    expect(await get({ range: 'bytes=2-4' })).toEqual([206, 'application/octet-stream', '234']);
    expect((await anyone.fetch(`/s/${link.token}`)).status).toBe(200);

    const port = Number(new URL(cluster.url).port);
    const tokens = [link.token, tokenOf(grant)];
    const askEverything = async () => {
      for (const token of tokens) {
        for (const path of [
          `/s/${token}`,
          `/S/${token}/`,
          `//s//${token}?x=${token}`,
          `/x/../s/${token}`,
          `/%73/${token}`,
          `/api/public/grants/${token}`,
          `/API/Public/Grants/${token}`,
          `/api/public/grants/%${token.charCodeAt(0).toString(16)}${token.slice(1)}`,
          `/api/public/shares/${token}/grants`,
          `/elsewhere/${token}`,
          `/${token}`,
          `/s/${token}%zz`,
          `/s/${token}\u00a0`,
          `http://x/s/${token}`,
        ]) {
          for (const [method, extra] of [
            ['GET', ''],
            ['GET', `X: ${'x'.repeat(20_000)}\r\n`],
            ['POST', 'Content-Length: 99999999\r\n'],
            ['TRACE', ''],
          ] as const) {
            const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${extra}\r\n`;
            await rawExchange(port, [Buffer.from(head, 'latin1')]);
          }
        }
      }
    };
    await askEverything();
    // Where nginx itself opens the file, it reports that it is missing.
    for (const path of await storedFiles(cluster.storage)) await rm(path);
    expect((await anyone.fetch(pathOf(grant))).status).toBeGreaterThanOrEqual(400);
    for (const { child, ended } of cluster.instances) {
      child.kill('SIGKILL');
      await ended;
    }
    await askEverything();
    expect((await anyone.fetch(`/s/${link.token}`)).status).toBe(502);
    expect((await anyone.fetch('/api/files')).status).toBe(502);

    const { access, error } = await cluster.logs();
    // What is not about a link is logged with its address. A refusal of nginx has the path of its answer.
    const expected = {
      [error]: ['request: "GET /api/files HTTP/1.1"'],
      [access]: [
        '"path":"/s/…","status":200',
        '"path":"/api/public/shares/…","status":201',
        '"path":"/…","status":404',
        '"path":"/.problem","status":502',
      ],
    };
    for (const [log, lines] of Object.entries(expected))
      expect(lines.filter((line) => !log.includes(line))).toEqual([]);
    const logs = [access, error, ...cluster.instances.map((instance) => instance.output())].join('\n');
    for (const token of tokens) {
      // The first character may be escaped.
      const lines = logs.split('\n').filter((line) => line.includes(token.slice(1)));
      expect(lines).toEqual([]);
    }
  });
});
