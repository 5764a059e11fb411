import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Sequencer } from '../../src/audit/intake/sequencer.js';
import { Transactions } from '../../src/database/transactions.js';
import { bySystem } from '../../src/events/event-actor.js';
import { StoredFile } from '../../src/files/contents/stored-file.entity.js';
import { TrashPurge } from '../../src/files/trash/trash-purge.js';
import { TrashRemoval } from '../../src/files/trash/trash-removal.js';
import type { AuditBody, Client, FileBody } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { fillTrash } from '../support/trash.js';
import { usageOf } from '../support/usage.js';

const DAY_MS = 86_400_000;
const TRASH_DAYS = 3;
const EXPIRED = new Date(Date.now() - TRASH_DAYS * DAY_MS - 1).toISOString();

describe('the trash under races, by age, and interrupted', () => {
  let server: TestApp;
  let client: Client;
  beforeAll(async () => void (server = await startApp({ TRASH_DAYS: String(TRASH_DAYS) })));
  afterAll(() => server.close());

  const database = () => server.app.get<DataSource>(getDataSourceToken());
  const left = () => database().getRepository(StoredFile).countBy({ ownerId: client.userId });
  const statuses = async (answers: Promise<{ status: number }>[]) =>
    (await Promise.all(answers)).map(({ status }) => status).sort();
  const restore = (id: string) => client.json<FileBody>('POST', `/api/trash/${id}/restore`);
  const trash = (id: string) => client.json('DELETE', `/api/files/${id}`);
  /** The ids of the files in entries with an action, of the whole trail. */
  async function recorded(action: string): Promise<(string | null)[]> {
    await server.app.get(Sequencer).run();
    const pages = await client.pages<AuditBody>(`/api/audit/logs?limit=200&action=${action}`);
    return pages.flat().map(({ resource }) => resource);
  }
  const once = (ids: readonly string[]) => [...ids].sort();
  async function expectAgreement(): Promise<void> {
    const { counted, kept } = await usageOf(server, client.userId);
    expect(counted).toEqual(kept);
    expect(await server.stored()).toHaveLength(await database().getRepository(StoredFile).count());
  }

  describe('with bytes', () => {
    const uploads = async (count: number) =>
      Promise.all(Array.from({ length: count }, async (_, n) => (await client.upload(`bytes ${n}`)).body.id));
    const expire = () =>
      server.app
        .get(Transactions)
        .run((tx) => tx.update(StoredFile, { ownerId: client.userId }, { trashedAt: EXPIRED }));

    it('restores a file once', async () => {
      client = await server.user();
      const [id] = await uploads(1);
      await trash(id!);
      const answers = await statuses(Array.from({ length: 20 }, () => restore(id!)));
      expect(answers).toEqual([200, ...Array.from({ length: 19 }, () => 404)]);
      expect(await recorded('FILE_RESTORE')).toEqual([id]);
      await expectAgreement();
    });

    it('either restores or purges each expired file', async () => {
      client = await server.user();
      const ids = await uploads(24);
      await Promise.all(ids.map(trash));
      await expire();
      const purge = server.app.get(TrashPurge);
      const [restored] = await Promise.all([
        Promise.all(ids.map(async (id) => [id, (await restore(id)).status] as const)),
        purge.apply(),
        purge.apply(),
      ]);
      const kept = restored.filter(([, status]) => status === 200).map(([id]) => id);
      expect(restored.filter(([, status]) => status === 404)).toHaveLength(ids.length - kept.length);
      for (const id of kept) expect((await client.download(id)).status).toBe(200);
      expect(once((await recorded('FILE_PURGE')) as string[])).toEqual(
        once(ids.filter((id) => !kept.includes(id))),
      );
      expect(once((await recorded('FILE_RESTORE')) as string[])).toEqual(once(kept));
      await expectAgreement();
    });

    it('keeps a file whole that is renamed, replaced and read while it is deleted and restored', async () => {
      client = await server.user();
      const [id] = await uploads(1);
      const put = async (text: string) => {
        const form = new FormData();
        form.set('file', new Blob([text]), 'replaced.txt');
        return client.fetch(`/api/files/${id}`, { method: 'PUT', body: form });
      };
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => [
          trash(id!),
          client.json('PATCH', `/api/files/${id}`, { name: `${n}.txt` }),
          put(`content ${n}`),
          client.download(id!),
          restore(id!),
        ]).flat(),
      );
      expect(
        answers.map(({ status }) => status).filter((status) => ![200, 204, 404].includes(status)),
      ).toEqual([]);
      const [deleted, back] = [await recorded('FILE_DELETE'), await recorded('FILE_RESTORE')];
      expect(deleted.length - back.length).toBe((await client.download(id!)).status === 200 ? 0 : 1);
      await restore(id!);
      expect((await client.download(id!)).status).toBe(200);
      const { counted, kept } = await usageOf(server, client.userId);
      expect(counted).toEqual(kept);
      await client.json('DELETE', `/api/files/${id}?permanently=true`);
      await expectAgreement();
    });

    it('leaves nothing of files that are restored, emptied and purged while their account is deleted', async () => {
      client = await server.user();
      const ids = await uploads(12);
      await Promise.all(ids.map(trash));
      await expire();
      const [deletion, restored] = await Promise.all([
        client.json('DELETE', '/api/users/me', { password: client.password }),
        Promise.all(ids.map(restore)),
        client.json('DELETE', '/api/trash'),
        server.app.get(TrashPurge).apply(),
      ]);
      expect(deletion.status).toBe(204);
      for (const { status } of restored) expect([200, 401, 404]).toContain(status);
      expect(await left()).toBe(0);
      await expectAgreement();
    });
  });

  it('purges by age what has expired and nothing else, of every user, each with one record by the system', async () => {
    const others = await server.user();
    const theirs = await fillTrash(server, others.userId, 3, { until: Date.parse(EXPIRED) });
    client = await server.user();
    const [live, young] = [20, 700];
    // The oldest of them expires a minute from now.
    await fillTrash(server, client.userId, young, {
      live,
      until: Date.now() - TRASH_DAYS * DAY_MS + 60_000 + young,
    });
    const expired = await fillTrash(server, client.userId, 1200, { until: Date.parse(EXPIRED) });
    const purge = server.app.get(TrashPurge);
    await Promise.all([purge.apply(), purge.apply(), purge.apply()]);
    expect(await left()).toBe(live + young);
    expect(once((await recorded('FILE_PURGE')) as string[])).toEqual(once(expired));
    const [entry] = await others.trail('&action=FILE_PURGE');
    expect(entry).toMatchObject({ actor: { type: 'system', id: null }, user_id: others.userId });
    expect(Date.parse(entry!.metadata.trashed as string)).toBeLessThanOrEqual(Date.parse(EXPIRED));
    expect(theirs).toContain(entry!.resource);
    const { counted, kept } = await usageOf(server, client.userId);
    expect(counted).toEqual(kept);
    await client.json('DELETE', '/api/users/me', { password: client.password });
    expect(await left()).toBe(0);
  });

  it('empties what was in the trash when it began, while others work, and each file once', async () => {
    client = await server.user();
    const ids = await fillTrash(server, client.userId, 3000);
    const { id: late } = (await client.upload('deleted later')).body;
    const removal = server.app.get(TrashRemoval);
    const step = removal.removeOldest.bind(removal);
    let steps = 0;
    const spy = jest.spyOn(removal, 'removeOldest').mockImplementation(async (...step_) => {
      if (steps++ === 1) await trash(late);
      await step(...step_);
    });
    let answered = 0;
    let done = false;
    const work = async () => {
      for (; !done; answered++) expect((await client.json('GET', '/api/files?limit=1')).status).toBe(200);
    };
    const emptied = statuses([1, 2].map(() => client.json('DELETE', '/api/trash'))).finally(
      () => (done = true),
    );
    const [result] = await Promise.all([emptied, work()]);
    spy.mockRestore();
    expect(result).toEqual([204, 204]);
    // Other requests got their turn between the steps.
    expect([steps >= ids.length / 100, answered >= ids.length / 100]).toEqual([true, true]);
    const trashed = (await client.json<FileBody[]>('GET', '/api/trash')).body;
    expect(trashed.map(({ id }) => id)).toEqual([late]);
    expect(once((await recorded('FILE_DELETE')) as string[])).toEqual(once([...ids, late]));
    await client.json('DELETE', '/api/trash');
    await expectAgreement();
  });

  it('goes on with what an interruption has left', async () => {
    client = await server.user();
    const ids = await fillTrash(server, client.userId, 1100);
    const removal = server.app.get(TrashRemoval);
    const step = removal.removeOldest.bind(removal);
    const spy = jest
      .spyOn(removal, 'removeOldest')
      .mockImplementationOnce(step)
      .mockRejectedValueOnce(new Error('killed'));
    expect((await client.json('DELETE', '/api/trash')).status).toBe(500);
    spy.mockRestore();
    expect(await left()).toBe(1000);
    expect(await recorded('FILE_DELETE')).toHaveLength(100);
    expect((await client.json('DELETE', '/api/trash')).status).toBe(204);
    expect(once((await recorded('FILE_DELETE')) as string[])).toEqual(once(ids));
    await expectAgreement();
  });

  it('takes fewer files in one transaction when they have had many contents', async () => {
    client = await server.user();
    await fillTrash(server, client.userId, 5);
    await server.app
      .get(Transactions)
      .run((tx) => tx.update(StoredFile, { ownerId: client.userId }, { version: 80 }));
    const counts: number[] = [];
    while (counts.at(-1) !== 0) {
      await server.app.get(TrashRemoval).removeOldest(bySystem, client.userId, new Date().toISOString());
      counts.push(await left());
    }
    expect(counts).toEqual([3, 1, 0]);
  });

  it('stops between two transactions at a shutdown', async () => {
    client = await server.user();
    await fillTrash(server, client.userId, 1100, { until: Date.parse(EXPIRED) });
    const purge = server.app.get(TrashPurge);
    const running = purge.apply();
    await purge.onModuleDestroy();
    await running;
    expect(await left()).toBe(1000);
  });
});
