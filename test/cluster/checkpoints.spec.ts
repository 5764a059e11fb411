import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, startCluster } from '../support/cluster.js';
import { createDatabase } from '../support/database.js';
import { type DelayingProxy, startDelayingProxy } from '../support/delaying-proxy.js';

/** The duration of the test in seconds, for a longer run. */
const RACE_MS = Number(process.env.RACE_SECONDS ?? 5) * 1000;
const STRANGERS = 12;

describe('checkpoints of three processes while the log grows', () => {
  let cluster: Cluster;
  let proxy: DelayingProxy | undefined;
  let database: Awaited<ReturnType<typeof createDatabase>> = null;
  afterEach(async () => {
    await cluster.stop();
    await proxy?.stop();
    await database?.drop();
    proxy = undefined;
    database = null;
  });

  /** Each instance has served a checkpoint. Before its first, 503 is right. */
  async function begun(): Promise<void> {
    for (const { url } of cluster.instances)
      while ((await fetch(`${url}/api/audit/checkpoint`)).status !== 200) await delay(100);
  }

  /**
   * Requests checkpoints from all instances while a user works. @returns how often each answer occurred: its
   * status, and the code of a refusal.
   */
  async function race(): Promise<Map<string, number>> {
    const client = await cluster.user();
    await begun();
    const end = Date.now() + RACE_MS;
    const answers = new Map<string, number>();
    const ask = async (stranger: number): Promise<void> => {
      const { url } = cluster.instances[stranger % cluster.instances.length]!;
      while (Date.now() < end) {
        const answer = await fetch(`${url}/api/audit/checkpoint`);
        const text = await answer.text();
        const shown = answer.ok ? '200' : `${answer.status} ${(JSON.parse(text) as { code: string }).code}`;
        answers.set(shown, (answers.get(shown) ?? 0) + 1);
      }
    };
    const work = async (): Promise<void> => {
      while (Date.now() < end) {
        await client.json('GET', '/api/files');
        await delay(300);
      }
    };
    await Promise.all([work(), ...Array.from({ length: STRANGERS }, (_, index) => ask(index))]);
    return answers;
  }

  async function readiness(): Promise<number[]> {
    const answers = await Promise.all(cluster.instances.map(({ url }) => fetch(`${url}/ready`)));
    return answers.map(({ status }) => status);
  }

  it('are served to every client', async () => {
    cluster = await startCluster();
    const answers = await race();
    expect([...answers.keys()]).toEqual(['200']);
    expect(await readiness()).toEqual([200, 200, 200]);
  });

  it('are served to every client when reads of the log are delayed', async () => {
    database = await createDatabase();
    // The sequencer's read takes a lock and is not delayed, so that the log grows meanwhile.
    proxy = await startDelayingProxy(database!.url, /SELECT (?!.*FOR UPDATE).*"audit_state"/s, 400);
    cluster = await startCluster({ databaseUrl: proxy.url });
    const answers = await race();
    expect(proxy.delayed()).toBeGreaterThan(10);
    expect([...answers.keys()]).toEqual(['200']);
    expect(await readiness()).toEqual([200, 200, 200]);
  });
});
