import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { getDataSourceToken } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { TrashPurge } from '../../src/files/trash/trash-purge.js';
import { Transactions, WRITING } from '../../src/database/transactions.js';
import { bySystem } from '../../src/events/event-actor.js';
import { TrashRemoval } from '../../src/files/trash/trash-removal.js';
import type { Client, FileBody } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { fillTrash } from '../support/trash.js';

const IN_TRASH = 100_000;
const LIVE = 300;
const PAGE = 50;

type Statement = readonly [sql: string, parameters: unknown[]];

/** With many files in the trash, every statement about files reads about as many rows as it returns. */
describe('a user with 100,000 files in the trash', () => {
  let server: TestApp;
  let client: Client;
  /** Has nearly all files that are not in the trash, and a little trash that is older than everybody else's. */
  let collector: Client;
  let statements: Statement[] = [];
  const reading = () => server.app.get<DataSource>(getDataSourceToken());
  const isPostgres = () => reading().options.type === 'postgres';

  beforeAll(async () => {
    server = await startApp();
    client = await server.user();
    await fillTrash(server, client.userId, IN_TRASH, { live: LIVE });
    collector = await server.user();
    await fillTrash(server, collector.userId, 2 * PAGE, { live: IN_TRASH, until: Date.now() - 3_600_000 });
    // Autovacuum would do this later.
    if (isPostgres()) await server.app.get(Transactions).run(async (tx) => void (await tx.query('ANALYZE')));
    for (const source of [reading(), server.app.get<DataSource>(WRITING)]) {
      jest
        .spyOn(source.logger, 'logQuery')
        .mockImplementation((sql, parameters) => void statements.push([sql, parameters as unknown[]]));
    }
  });
  afterAll(() => server.close());

  it.each(['/api/files', '/api/trash'])('lists GET %s by its index, at any depth', async (path) => {
    const next = async (from: string) => {
      statements = [];
      const answer = await client.json<FileBody[]>('GET', from);
      expect([answer.status, answer.body.length]).toEqual([200, PAGE]);
      await expectFew(path === '/api/files' ? 'files_listed' : 'files_in_trash', PAGE + 1);
      return { ids: answer.body.map(({ id }) => id), link: answer.headers.get('link') ?? '' };
    };
    const first = await next(path);
    const second = await next(/<([^>]+)>/.exec(first.link)![1]!);
    expect(new Set([...first.ids, ...second.ids]).size).toBe(2 * PAGE);
    // A cursor in the middle of the trash.
    if (path === '/api/trash') await next(`${path}?cursor=${await middle()}`);
  });

  it('reads nothing of the trash of others', async () => {
    statements = [];
    const { body } = await collector.json<FileBody[]>('GET', '/api/trash');
    expect(body).toHaveLength(PAGE);
    await expectFew('files_in_trash', PAGE + 1);
  });

  it('looks for what to purge by its index, also when nothing is due', async () => {
    statements = [];
    await server.app.get(TrashPurge).apply();
    await expectFew('files_to_purge', 1);
  });

  it('removes the oldest by their index', async () => {
    statements = [];
    await server.app.get(TrashRemoval).removeOldest(bySystem, client.userId, new Date().toISOString());
    await expectFew('files_in_trash', 500);
  });

  async function middle(): Promise<string> {
    const [row] = await reading().query<{ trashed_at: string; id: string }[]>(
      `SELECT trashed_at, id FROM files WHERE trashed_at IS NOT NULL ORDER BY trashed_at, id LIMIT 1 OFFSET ${IN_TRASH / 2}`,
    );
    return Buffer.from(`${row!.trashed_at} ${row!.id}`).toString('base64url');
  }

  /** All statements about files since the last reset use this index, sort nothing and read no more than `rows` rows. */
  async function expectFew(index: string, rows: number): Promise<void> {
    const about = statements.filter(([sql]) => /^SELECT .* FROM "files"/s.test(sql));
    expect(about).toHaveLength(1);
    for (const [sql, parameters] of about) {
      const plan = isPostgres() ? await planOnPostgres(sql, parameters) : await planOnSqlite(sql, parameters);
      expect(plan.uses).toContain(index);
      expect([plan.uses, plan.sorts, plan.rows <= rows]).toEqual([plan.uses, false, true]);
    }
  }

  async function planOnSqlite(sql: string, parameters: unknown[]) {
    const plan = await reading().query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    const uses = plan.map(({ detail }) => detail).join('; ');
    // A walk along the index in its order ends with the page.
    const sorts = uses.includes('TEMP B-TREE') || /SCAN /.test(uses);
    return { uses, sorts, rows: Number(/ LIMIT (\d+)/.exec(sql)![1]) };
  }

  async function planOnPostgres(sql: string, parameters: unknown[]) {
    const [found] = await reading().query<[{ 'QUERY PLAN': [{ Plan: Node }] }]>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
      parameters,
    );
    const nodes = nodesOf(found['QUERY PLAN'][0].Plan);
    const read = (node: Node) => node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
    return {
      uses: nodes.map((node) => `${node['Node Type']} ${node['Index Name'] ?? ''}`).join('; '),
      sorts: nodes.some((node) => node['Node Type'] === 'Sort'),
      rows: Math.max(...nodes.map(read)),
    };
  }
});

interface Node {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}

function nodesOf(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
