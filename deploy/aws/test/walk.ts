import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type MadeStack, MotoStacks } from './moto-stacks.js';
import { startMoto } from './moto.js';
import { Postgres } from './postgres.js';
import { taskEnvironment } from './task-environment.js';
import { SETTINGS, templatesWith } from './templates.js';

// Makes both stacks in moto, starts the built service with what the task gets there, and runs the README's walk on it.
// PostgreSQL runs here, because moto's RDS is only a name.

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const FILL_SECRETS = fileURLToPath(new URL('../bin/fill-secrets.js', import.meta.url));

const work = mkdtempSync(join(tmpdir(), 'on-aws-'));
// PostgreSQL runs as another user.
chmodSync(work, 0o755);
const moto = await startMoto();
const endpoint = moto.endpoint;
Object.assign(process.env, {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_ENDPOINT_URL: endpoint,
});
let postgres: Postgres | null = null;
try {
  const variables = await deploy();
  postgres = await startDatabase(variables);
  const environment = { ...process.env, ...variables, ...here(variables, postgres) };
  run('test/walk', [work], environment);
  step('the bytes are in the bucket, the checkpoint in the table');
  const names = await objectsOf(variables.S3_BUCKET!);
  assert.ok(names.length > 0 && names.every((name) => name.startsWith('blobs/')), String(names));
  console.log(await checkpointOf(variables));
  step("the operator's command, as a task of its own");
  run(process.execPath, ['dist/cli/cli.js', 'grant-role', 'ada@example.org', 'admin'], environment);
} finally {
  postgres?.stop();
  await moto.stop();
  rmSync(work, { recursive: true });
}

/** @returns the variables of the task. */
async function deploy(): Promise<Record<string, string>> {
  const { base, service } = templatesWith();
  const stacks = new MotoStacks();
  step('the base, and its secrets');
  show(await stacks.make('MicroservicesApiBase', base));
  run(process.execPath, [FILL_SECRETS], process.env);
  step('the service');
  const stack = await stacks.make('MicroservicesApi', service);
  show(stack);
  return taskEnvironment(stack.outputs.TaskDefinitionArn!);
}

/** A server with the user, the password and the database that the task will ask for. */
async function startDatabase({
  DATABASE_URL = '',
  PGPASSWORD = '',
}: Record<string, string>): Promise<Postgres> {
  const { username, pathname } = new URL(DATABASE_URL);
  return Postgres.start(join(work, 'postgres'), username, PGPASSWORD, pathname.slice(1));
}

/** What differs here from a task on AWS: the place of the database and its authority, and the places of moto. */
function here({ DATABASE_URL = '' }: Record<string, string>, postgres: Postgres): Record<string, string> {
  const url = new URL(DATABASE_URL);
  assert.match(url.hostname, /\.rds\.amazonaws\.com$/);
  url.host = `${postgres.host}:${postgres.port}`;
  return {
    DATABASE_URL: url.href,
    NODE_EXTRA_CA_CERTS: postgres.certificate,
    S3_ENDPOINT: endpoint,
    S3_FORCE_PATH_STYLE: 'true',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  };
}

async function objectsOf(bucket: string): Promise<string[]> {
  const answer = await fetch(`${endpoint}/${bucket}?list-type=2`);
  return [...(await answer.text()).matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, name]) => name!);
}

/** The first lines of the checkpoint that the witness has: the log's name, and how many entries it has. */
async function checkpointOf({ WITNESS = '' }: Record<string, string>): Promise<string> {
  const TableName = WITNESS.replace('dynamodb://', '');
  const Key = { origin: { S: SETTINGS.host } };
  const { Item } = await new DynamoDBClient().send(new GetItemCommand({ TableName, Key }));
  const [origin, size] = Item?.checkpoint?.S?.split('\n') ?? [];
  assert.equal(origin, SETTINGS.host);
  assert.ok(Number(size) >= 13, size);
  return `${origin}: ${size} entries`;
}

function show({ made, passedOver }: MadeStack): void {
  console.log(`moto made ${made.length} resources`);
  if (passedOver.length > 0) console.log(`and passed over ${passedOver.join(', ')}`);
}

function step(text: string): void {
  console.log(`\n--- ${text}`);
}

function run(program: string, options: string[], env: NodeJS.ProcessEnv): void {
  execFileSync(program, options, { cwd: ROOT, env, stdio: 'inherit' });
}
