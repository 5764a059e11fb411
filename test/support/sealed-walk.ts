import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { WRITING } from '../../src/database/transactions.js';
import type { Client } from './client.js';
import type { TestApp } from './test-app.js';

/** What is put into every field that an encrypted installation seals, and is found nowhere else. */
export const CANARIES = {
  address: '198.51.100.173',
  agent: 'canary-agent-5d2f',
  filename: 'canary-name-81c7.txt',
} as const;

/** What the client of the walk has got, to ask for it again. */
export interface Walked {
  readonly client: Client;
  readonly fileId: string;
  /** The secret of a factor, in base32 as it was shown. */
  readonly secret: string;
}

const HEADERS = { 'x-forwarded-for': CANARIES.address, 'user-agent': CANARIES.agent };
export const RETRY = { name: CANARIES.filename, headers: { ...HEADERS, 'idempotency-key': 'canary-retry' } };

/** A user who leaves a canary in every such field, through the API. The server trusts one proxy and sends mails. */
export async function walk(server: TestApp): Promise<Walked> {
  const client = await server.user();
  const { email, password } = client;
  const verified = '2026-01-01T00:00:00.000Z';
  await execute(server, `UPDATE users SET email_verified_at = '${verified}' WHERE id = '${client.userId}'`);
  const signedIn = await client.json<{ token: string }>(
    'POST',
    '/api/users/login',
    { email, password },
    HEADERS,
  );
  client.token = signedIn.body.token;
  const { body: file } = await client.upload('canary', RETRY);
  const { body: factor } = await client.json<{ secret: string }>(
    'POST',
    '/api/auth/factors/totp',
    { name: 'Phone' },
    HEADERS,
  );
  await client.json('DELETE', `/api/files/${file.id}`, undefined, HEADERS);
  return { client, fileId: file.id, secret: factor.secret };
}

/** Every row of every table, as text, by the name of the table. */
export async function dump(server: TestApp): Promise<Map<string, string>> {
  const { entityMetadatas } = server.app.get<DataSource>(getDataSourceToken());
  const names = [...new Set(entityMetadatas.map(({ tableName }) => tableName)), 'encryption_state'];
  const tables = new Map<string, string>();
  for (const name of names) tables.set(name, JSON.stringify(await execute(server, `SELECT * FROM ${name}`)));
  return tables;
}

export function execute<T = Record<string, string | null>>(
  server: TestApp,
  sql: string,
  parameters: unknown[] = [],
): Promise<T[]> {
  return server.app.get<DataSource>(WRITING).query<T[]>(sql, parameters);
}
