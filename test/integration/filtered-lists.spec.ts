import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { getDataSourceToken } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { LogSearch } from '../../src/audit/trail/log-search.js';
import { earliestId } from '../../src/common/ids.js';
import { MAX_SCANNED } from '../../src/database/bounded-scan.js';
import { insertRows } from '../../src/database/insert-rows.js';
import { Transactions } from '../../src/database/transactions.js';
import type { Answer, Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

const ROWS = MAX_SCANNED * 3;
const BEGUN = Date.UTC(2026, 0, 1);
const FIRST_SEQ = 1_000_000;
/** A part of every query that the index of notable entries serves. */
const NOTABLE_SQL = "NOT IN ('USER_LOGIN',";
const HASH = 'ab'.repeat(32);

/** An id that sorts by its number. */
const idOf = (number: number) => earliestId(BEGUN + number).slice(0, -12) + String(number).padStart(12, '0');
const timeOf = (number: number) => new Date(BEGUN + number).toISOString();

interface Row {
  readonly id: string;
  readonly subject: string;
  readonly action: string;
  readonly outcome: string;
  readonly resource: string;
  readonly requestId: string;
  readonly ip: string;
  readonly time: string;
}

type Statement = readonly [sql: string, parameters: unknown[]];

/** A filter, and the rows that it selects. */
type Filter = readonly [query: string, means: (row: Row) => boolean];

describe('security.md: filters, a page of a long list is bounded and the following pages have the rest', () => {
  let server: TestApp;
  let user: Client;
  let auditor: Client;
  let rows: Row[];
  let statements: Statement[] = [];

  const reading = () => server.app.get<DataSource>(getDataSourceToken());
  const isPostgres = () => reading().options.type === 'postgres';

  beforeAll(async () => {
    server = await startApp();
    user = await server.user();
    auditor = await server.userWithRole('auditor');
    rows = Array.from({ length: ROWS }, (_, number) => rowOf(number, user.userId));
    await server.app.get(Transactions).run(async (tx) => {
      const columns = ['seq', 'id', 'subject', 'actor_id', 'action', 'outcome', 'resource', 'request_id'];
      await insertRows(
        tx,
        'audit_log',
        [...columns, 'occurred_at', 'entry'],
        rows.map((row, number) => [
          ...[FIRST_SEQ + number, row.id, row.subject, row.subject, row.action, row.outcome, row.resource],
          ...[
            row.requestId,
            row.time,
            JSON.stringify({ metadata: {}, actor: { type: 'user', id: row.subject } }),
          ],
        ]),
      );
      await insertRows(
        tx,
        'audit_private',
        ['seq', 'occurred_at', 'ip', 'salt', 'private_values'],
        rows.map((row, number) => [FIRST_SEQ + number, row.time, row.ip, '', JSON.stringify({ ip: row.ip })]),
      );
      await insertRows(
        tx,
        'files',
        [
          'id',
          'owner_id',
          'name',
          'name_folded',
          'mime_type',
          'size',
          'sha256',
          'blob_key',
          'created_at',
          'updated_at',
        ],
        rows.map((row, number) => {
          const name = `${number % (ROWS / 4) === 1 ? '100%_Needle' : 'hay'} ${number}`;
          return [
            row.id,
            user.userId,
            name,
            name.toLowerCase(),
            'text/plain',
            1,
            HASH,
            row.id,
            row.time,
            row.time,
          ];
        }),
      );
      await insertRows(
        tx,
        'users',
        ['id', 'email', 'email_folded', 'password_hash', 'roles', 'created_at', 'updated_at'],
        rows.map((row, number) => {
          const email = `${number % (ROWS / 4) === 1 ? 'needle' : 'hay'}_${number}@example.org`;
          return [row.id, email, email, HASH, 'user', row.time, row.time];
        }),
      );
    });
    // Autovacuum would do this later.
    if (isPostgres()) await server.app.get(Transactions).run(async (tx) => void (await tx.query('ANALYZE')));
    jest
      .spyOn(reading().logger, 'logQuery')
      .mockImplementation((sql, parameters) => void statements.push([sql, parameters as unknown[]]));
  });
  afterAll(() => server.close());

  /** The ids of all pages, the number of pages, and how many of them were cut short. */
  async function follow(client: Client, first: string) {
    const ids: string[] = [];
    let [pages, short] = [0, 0];
    for (let path: string | undefined = first; path !== undefined; pages++) {
      const answer: Answer<{ id: string }[]> = await client.json<{ id: string }[]>('GET', path);
      expect(answer.status).toBe(200);
      ids.push(...answer.body.map(({ id }) => id));
      path = /<([^>]+)>/.exec(answer.headers.get('link') ?? '')?.[1];
      if (path !== undefined && answer.body.length < 200) short++;
    }
    return { ids, pages, short };
  }

  /** The number of rows that a statement reads. */
  const workOf = ([sql, parameters]: Statement) =>
    isPostgres() ? workOnPostgres(sql, parameters) : workOnSqlite(sql, parameters);

  /** Counted by the database. */
  async function workOnPostgres(sql: string, parameters: unknown[]): Promise<number> {
    // A value that most entries of a user have is also found by reading all of that user's entries. The
    // statistics decide, and may read slightly more.
    if (/"(resource|request_id)" = \$/.test(sql)) return 0;
    const runner = reading().createQueryRunner();
    try {
      // PostgreSQL scans a small table completely, but not a table with a million rows.
      await runner.query('SET enable_seqscan = off');
      const [found] = (await runner.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, parameters)) as [
        { 'QUERY PLAN': [{ Plan: PlanNode }] },
      ];
      return rowsOf(found['QUERY PLAN'][0].Plan);
    } finally {
      await runner.query('RESET enable_seqscan');
      await runner.release();
    }
  }

  /**
   * The rows that match the indexed conditions, if the plan follows an index and sorts only what is allowed.
   */
  async function workOnSqlite(sql: string, parameters: unknown[]): Promise<number> {
    const plan = await reading().query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    const details = plan.map(({ detail }) => detail).join('; ');
    if (/SCAN [efup](;|$)/.test(details)) return Infinity;
    if (details.includes('TEMP B-TREE') && !details.includes('json_each')) return Infinity;
    if (sql.includes(NOTABLE_SQL) && !details.includes('audit_log_notable')) return Infinity;
    // Of two bounds at one end, SQLite uses only one for the index.
    const bounds = [...sql.matchAll(/"\w"\."(?:id|seq)"(?: \|\| ''\))? ([<>])=? \?/g)].map(([, end]) => end);
    if (new Set(bounds).size < bounds.length) return Infinity;
    const met = { IN: "'~' NOT IN", '=': "'~' <>", '>=': "'~' >=", '<': "'!' <" };
    const indexed = sql
      .replaceAll(/\("e"\."\w+" \|\| ''\) (IN|=|>=|<) /g, (_, is: keyof typeof met) => `${met[is]} `)
      .replaceAll(/\(SELECT p\.ip [^)]+\) = /g, "'~' <> ")
      .replaceAll(/(instr\([^)]+\)) > 0/g, '$1 >= 0');
    const all = indexed === sql ? sql : indexed.replace(/ ORDER BY .*$/, '');
    const [found] = await reading().query<{ n: number }[]>(`SELECT COUNT(*) AS n FROM (${all})`, parameters);
    return found!.n;
  }

  const readsTables = (sql: string) => /FROM "?(audit_log|audit_private|files|users)"?/.test(sql);

  async function expectBounded(client: Client, path: string, expected: string[]): Promise<number> {
    statements = [];
    const { ids, pages, short } = await follow(client, path);
    expect([path, ids.filter((id) => id < idOf(ROWS + 1))]).toEqual([path, expected]);
    const read = statements.filter(([sql]) => readsTables(sql));
    expect(read.length).toBeGreaterThan(0);
    const works = await Promise.all(read.map(async (statement) => [await workOf(statement), statement[0]]));
    expect(works.filter(([work]) => Number(work) > MAX_SCANNED * 2)).toEqual([]);
    expect(pages).toBeLessThan(expected.length / 200 + ROWS / MAX_SCANNED + 3);
    return short;
  }

  const FILTERS: Filter[] = [
    ['outcome=aborted', ({ outcome }) => outcome === 'aborted'],
    ['outcome=success', ({ outcome }) => outcome === 'success'],
    ['action=KEY_CREATE', ({ action }) => action === 'KEY_CREATE'],
    ['action=KEY_*&action=ROLE_*', ({ action }) => action === 'KEY_CREATE'],
    ['action=NOTHING_*', () => false],
    ['action=FILE_RENAME', ({ action }) => action === 'FILE_RENAME'],
    [
      'action=FILE_RENAME&outcome=success&ip=203.0.113.9',
      ({ action, ip }) => action === 'FILE_RENAME' && ip === '203.0.113.9',
    ],
    ['ip=203.0.113.9', ({ ip }) => ip === '203.0.113.9'],
    ['ip=203.0.113.1&outcome=aborted', ({ ip, outcome }) => ip === '203.0.113.1' && outcome === 'aborted'],
    [`resource=file:${idOf(7)}`, ({ resource }) => resource === `file:${idOf(7)}`],
    [`resource=${idOf(7)}`, ({ resource }) => resource === `file:${idOf(7)}`],
    ['resource=files', ({ resource }) => resource === 'files'],
    [
      'resource=files&outcome=aborted',
      ({ resource, outcome }) => resource === 'files' && outcome === 'aborted',
    ],
    ['request_id=few', ({ requestId }) => requestId === 'few'],
    ['request_id=many', ({ requestId }) => requestId === 'many'],
    [
      'request_id=many&resource=files',
      ({ requestId, resource }) => requestId === 'many' && resource === 'files',
    ],
    [`from=${timeOf(100)}&to=${timeOf(ROWS - 100)}&action=FILE_RENAME`, inTime('FILE_RENAME')],
    [`from=${timeOf(100)}&to=${timeOf(ROWS - 100)}`, inTime()],
  ];

  function inTime(only?: string) {
    return ({ time, action }: Row) =>
      time >= timeOf(100) && time < timeOf(ROWS - 100) && (only === undefined || action === only);
  }

  it.each(FILTERS)('returns everything once in the pages of ?%s', async (query, means) => {
    const newestFirst = rows.filter(means).reverse();
    const everybodys = newestFirst.map(({ id }) => id);
    const own = newestFirst.filter(({ subject }) => subject === user.userId).map(({ id }) => id);
    await expectBounded(user, `/api/audit/logs?limit=200&${query}`, own);
    await expectBounded(auditor, `/api/audit/logs?limit=200&${query}`, everybodys);
    await expectBounded(auditor, `/api/audit/logs?limit=200&user_id=${user.userId}&${query}`, own);
  });

  it('cuts a page short instead of reading further', async () => {
    const { short, ids } = await follow(auditor, '/api/audit/logs?limit=200&action=FILE_RENAME');
    expect(short).toBeGreaterThan(1);
    expect(ids).toHaveLength(rows.filter(({ action }) => action === 'FILE_RENAME').length);
  });

  it('does not reveal by additional pages how many entries others have', async () => {
    const stranger = await server.user();
    for (const query of [
      'resource=files',
      'request_id=many',
      `resource=file:${idOf(8)}`,
      'action=FILE_RENAME',
    ]) {
      const answer = await stranger.json('GET', `/api/audit/logs?${query}`);
      expect([query, answer.body, answer.headers.get('link')]).toEqual([query, [], null]);
    }
  });

  it.each(FILTERS)(
    'returns everything of ?%s once, in the order of the log, for an export',
    async (query, means) => {
      const input = Object.fromEntries(new URLSearchParams(query));
      const action = new URLSearchParams(query).getAll('action');
      const filter = { ...input, action: action.length === 0 ? undefined : action };
      for (const subject of [null, user.userId]) {
        const expected = rows.filter((row) => means(row) && (subject === null || row.subject === subject));
        const found: string[] = [];
        statements = [];
        for (let from: number | null = FIRST_SEQ; from !== null;) {
          const page = await server.app
            .get(LogSearch)
            .inLogOrder(filter, { subject, limit: 500, from, before: FIRST_SEQ + ROWS });
          found.push(...page.rows.map(({ id }) => id));
          const end: number | string | null =
            page.rows.length === 500 ? page.rows.at(-1)!.seq : page.scannedTo;
          from = end === null ? null : Number(end) + 1;
        }
        expect(found).toEqual(expected.map(({ id }) => id));
        const most = await Promise.all(statements.map(workOf));
        expect(Math.max(...most)).toBeLessThanOrEqual(MAX_SCANNED * 2 + 1);
      }
    },
  );

  it('finds names and e-mails that contain a text, with wildcards as plain characters', async () => {
    const needles = (step: number) =>
      rows.flatMap(({ id }, number) => (number % step === 1 ? [id] : [])).reverse();
    const short = await expectBounded(user, '/api/files?limit=200&name=100%25_NEEDLE', needles(ROWS / 4));
    expect(short).toBeGreaterThan(1);
    expect(await expectBounded(user, '/api/files?limit=200&name=n%25edle', [])).toBeGreaterThan(1);
    const admin = await server.userWithRole('admin');
    const users = await expectBounded(admin, '/api/admin/users?limit=200&search=Needle_', needles(ROWS / 4));
    expect(users).toBeGreaterThan(1);
  });
});

function rowOf(number: number, userId: string): Row {
  const everyday = number % 50 === 3 ? 'FILE_RENAME' : 'FILE_DOWNLOAD';
  return {
    id: idOf(number),
    subject: number % 3 === 2 ? idOf(2) : userId,
    action: number % 1000 === 10 ? 'KEY_CREATE' : everyday,
    outcome: number % 500 === 7 ? 'aborted' : 'success',
    resource: number % 2 ? 'files' : `file:${idOf(number % 1500)}`,
    requestId: number % 2500 === 4 ? 'few' : 'many',
    ip: number % 4000 === 9 ? '203.0.113.9' : '203.0.113.1',
    time: timeOf(number),
  };
}

interface PlanNode {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: PlanNode[];
}

/** The most rows that a node of the plan has read, including those that its filter dropped. */
function rowsOf(node: PlanNode): number {
  const own = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  return Math.max(own, ...(node.Plans ?? []).map(rowsOf));
}
