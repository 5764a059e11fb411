import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDbWitnessStore } from '../../src/audit/witness/dynamodb-witness-store.js';
import { S3WitnessStore } from '../../src/audit/witness/s3-witness-store.js';
import type { WitnessStore } from '../../src/audit/witness/witness-store.js';
import { witnessStoreContract } from '../contracts/witness-store.contract.js';
import { type AwsServer, startAws } from '../support/aws-server.js';
import { SmallLog } from '../support/small-log.js';

let aws: AwsServer;
beforeAll(async () => void (aws = await startAws()));
afterAll(() => aws.stop());

/** A loaded machine may need longer than the service waits. */
const ANSWER_MS = 60_000;

const log = new SmallLog().add(null, null, null);
const inTable = (table: string, origin = 'log.test') =>
  new DynamoDbWitnessStore(aws.endpoint, table, origin, ANSWER_MS);
const inBucket = (bucket: string, prefix = 'witness', origin = 'log.test') =>
  new S3WitnessStore({ ...aws.endpoint, bucket, forcePathStyle: true }, prefix, origin, ANSWER_MS);
const nothing = () => Promise.resolve();

witnessStoreContract('DynamoDbWitnessStore', async () => {
  const table = await aws.table();
  return { open: () => inTable(table), dispose: nothing };
});

witnessStoreContract('S3WitnessStore', async () => {
  const bucket = await aws.bucket();
  return { open: () => inBucket(bucket), dispose: nothing };
});

/** Each log has its own note, also when the names are similar. */
async function expectApart(open: (origin: string) => WitnessStore): Promise<void> {
  const stores = ['a/b', 'a_b', '../a_b', 'ä'].map(open);
  for (const store of stores) expect(await store.create(log.checkpoint(1))).toBe(true);
  expect(await stores[0]!.replace(log.checkpoint(1), log.checkpoint(2))).toBe(true);
  for (const store of stores.slice(1)) expect(await store.fetch()).toBe(log.checkpoint(1));
}

describe('DynamoDbWitnessStore', () => {
  it('keeps the notes of several logs in one table', async () => {
    const table = await aws.table();
    await expectApart((origin) => inTable(table, origin));
  });

  it('refuses an item that is not a checkpoint', async () => {
    const table = await aws.table();
    await aws.putItem(table, { origin: { S: 'log.test' } });
    await expect(inTable(table).fetch()).rejects.toThrow(`dynamodb://${table}/log.test holds no checkpoint`);
    await aws.putItem(table, { origin: { S: 'log.test' }, checkpoint: { S: 'nonsense' } });
    await expect(inTable(table).fetch()).rejects.toThrow('holds no checkpoint');
  });

  it('reports a table that does not exist', async () => {
    await expect(inTable('no-table').fetch()).rejects.toThrow('not found');
    await expect(inTable('no-table').create(log.checkpoint(1))).rejects.toThrow('not found');
  });
});

describe('S3WitnessStore', () => {
  it('keeps the notes of several logs below its prefix', async () => {
    const bucket = await aws.bucket();
    await expectApart((origin) => inBucket(bucket, 'some/where', origin));
    const names = await aws.names(bucket);
    expect(names).toHaveLength(4);
    for (const name of names) expect(name).toMatch(/^some\/where\/[^/]+$/);
    await inBucket(bucket, '').create(log.checkpoint(1));
    expect(await aws.names(bucket)).toContainEqual(expect.stringMatching(/^log\.test-[0-9a-f]{16}$/));
  });

  it('refuses an object that is not a checkpoint', async () => {
    const bucket = await aws.bucket();
    const store = inBucket(bucket);
    await store.create(log.checkpoint(1));
    const [name] = await aws.names(bucket);
    await aws.putObject(bucket, name!, 'nonsense');
    await expect(store.fetch()).rejects.toThrow(`s3://${bucket}/${name} holds no checkpoint`);
    await expect(inBucket(bucket).replace(log.checkpoint(1), log.checkpoint(2))).rejects.toThrow(
      'holds no checkpoint',
    );
  });

  it('reports a bucket that does not exist', async () => {
    await expect(inBucket('no-bucket').fetch()).rejects.toThrow('does not exist');
    await expect(inBucket('no-bucket').create(log.checkpoint(1))).rejects.toThrow('does not exist');
  });
});
