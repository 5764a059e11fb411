import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDbWitnessStore } from '../../src/audit/witness/dynamodb-witness-store.js';
import { readCheckpoint } from '../../src/audit/merkle/checkpoint.js';
import { type AwsServer, startAws } from '../support/aws-server.js';
import { type Cluster, startCluster } from '../support/cluster.js';

/** For a longer run: `WITNESS_ADVANCES=1000`. */
const ADVANCES = Number(process.env.WITNESS_ADVANCES ?? 10);
const STRANGERS = 6;
/** A loaded machine may need longer than the service waits. */
const ANSWER_MS = 60_000;

const sizeOf = (note: string) => readCheckpoint(note)!.size;

describe('three processes with one witness outside', () => {
  let aws: AwsServer;
  let table: string;
  let cluster: Cluster;
  beforeAll(async () => {
    aws = await startAws();
    table = await aws.table();
    const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    cluster = await startCluster({
      environment: { ...aws.environment, ...credentials, WITNESS: `dynamodb://${table}` },
    });
  }, 240_000);
  afterAll(async () => {
    await cluster.stop();
    await aws.stop();
  });

  it('advance it in parallel, and neither it nor what an instance publishes goes backwards', async () => {
    const store = new DynamoDbWitnessStore(aws.endpoint, table, 'microservices-api', ANSWER_MS);
    const client = await cluster.user();
    const seen = new Set<number>();
    const going = () => seen.size < ADVANCES;
    const watch = async (): Promise<void> => {
      for (let size = 0; going();) {
        const note = await store.fetch();
        const next = note === null ? 0 : sizeOf(note);
        expect(next).toBeGreaterThanOrEqual(size);
        size = next;
        seen.add(size);
      }
    };
    const ask = async (stranger: number): Promise<void> => {
      const { url } = cluster.instances[stranger % cluster.instances.length]!;
      for (let size = 0; going();) {
        const answer = await fetch(`${url}/api/audit/checkpoint`);
        const text = await answer.text();
        // Before its first checkpoint: on a loaded machine the witness may be slow.
        if (size === 0 && text.includes('"audit_unavailable"')) continue;
        expect(answer.status).toBe(200);
        const next = sizeOf(text);
        expect(next).toBeGreaterThanOrEqual(size);
        size = next;
      }
    };
    const work = async (): Promise<void> => {
      while (going()) {
        await client.json('GET', '/api/files');
        await delay(50);
      }
    };
    await Promise.all([watch(), work(), ...Array.from({ length: STRANGERS }, (_, index) => ask(index))]);
    for (const { url } of cluster.instances) expect((await fetch(`${url}/ready`)).status).toBe(200);
  }, 1_800_000);
});
