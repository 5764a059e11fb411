import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FileVersion } from '../../../src/files/contents/file-version.entity.js';
import { StoredFile } from '../../../src/files/contents/stored-file.entity.js';
import { Client, type FileBody, sha256, type VersionBody } from '../../support/client.js';
import { startProgram } from '../../support/process.js';
import { openDatabaseOf } from '../../support/service-database.js';
import { openShare, share } from '../../support/shares.js';
import { storedFiles } from '../../support/storage-files.js';
import { TusClient } from '../../support/tus.js';
import { usageIn } from '../../support/usage.js';

const CYCLES = Number(process.env.CRASH_CYCLES ?? 4);
const WORKERS = 6;
const FILES_PER_WORKER = 12;

/** What a worker knows for sure of one of its files. */
interface Known {
  readonly id: string;
  sha256: string;
  trashed: boolean;
}

/** Somebody who uses everything that there is for files, on files of their own. */
class Worker {
  /** Files whose last action was answered. Of others nothing is known. */
  readonly files = new Map<string, Known>();
  actions = 0;
  /** Answers that are none of those that are right. */
  readonly surprises: string[] = [];

  constructor(private readonly client: Client) {}

  /** Works until the server has gone. */
  async work(): Promise<void> {
    try {
      while (await this.#act()) this.actions += 1;
    } catch {
      // The server was killed in the middle of an answer.
    }
  }

  /** @returns false when an answer is none of those that are right. */
  async #act(): Promise<boolean> {
    const file = [...this.files.values()][Math.floor(Math.random() * this.files.size)];
    if (file === undefined || this.files.size < FILES_PER_WORKER / 2) return this.#upload();
    const { id } = file;
    // Until the answer is here, the action may have been done or not.
    this.files.delete(id);
    if (file.trashed) return this.#restoreOrDelete(file);
    switch (Math.floor(Math.random() * 7)) {
      case 0:
        return this.#replace(file);
      case 1:
        return this.#replaceResumably(file);
      case 2:
        return this.#restoreVersion(file);
      case 3:
        return this.#deleteVersion(file);
      case 4:
        return this.#share(file);
      case 5:
        return this.#know(
          { ...file, trashed: true },
          await this.client.json('DELETE', `/api/files/${id}`),
          204,
        );
      default:
        this.files.set(id, file);
        return this.files.size < FILES_PER_WORKER ? this.#upload() : this.#replace(file);
    }
  }

  async #upload(): Promise<boolean> {
    const bytes = someBytes();
    if (Math.random() < 0.4) return this.#resume(bytes, {});
    const answer = await this.client.upload(bytes);
    return this.#know({ id: answer.body.id, sha256: sha256(bytes), trashed: false }, answer, 201);
  }

  async #replace({ id }: Known): Promise<boolean> {
    this.files.delete(id);
    const bytes = someBytes();
    const answer = await this.client.replace(id, bytes);
    return this.#know({ id, sha256: sha256(bytes), trashed: false }, answer, 200);
  }

  #replaceResumably({ id }: Known): Promise<boolean> {
    return this.#resume(someBytes(), { replaces: id });
  }

  /** Sends bytes in two requests. */
  async #resume(bytes: Buffer, metadata: Record<string, string>): Promise<boolean> {
    const tus = new TusClient(this.client);
    const path = await tus.begin(bytes.length, { filename: 'resumed.bin', ...metadata });
    const half = Math.floor(bytes.length / 2);
    const first = await tus.patch(path, 0, bytes.subarray(0, half));
    if (!this.#expect(first.offset, half)) return false;
    const last = await tus.patch(path, half, bytes.subarray(half));
    if (last.fileId === null) return this.#expect(last.status, 204);
    return this.#know({ id: last.fileId, sha256: sha256(bytes), trashed: false }, last, 204);
  }

  async #restoreVersion(file: Known): Promise<boolean> {
    const version = await this.#earlierVersion(file);
    if (version === undefined) return true;
    const path = `/api/files/${file.id}/versions/${version.version}/restore`;
    return this.#know({ ...file, sha256: version.sha256 }, await this.client.json('POST', path), 200);
  }

  async #deleteVersion(file: Known): Promise<boolean> {
    const version = await this.#earlierVersion(file);
    if (version === undefined) return true;
    const path = `/api/files/${file.id}/versions/${version.version}`;
    return this.#know(file, await this.client.json('DELETE', path), 204);
  }

  async #earlierVersion(file: Known): Promise<VersionBody | undefined> {
    const { body } = await this.client.json<VersionBody[]>('GET', `/api/files/${file.id}/versions`);
    this.files.set(file.id, file);
    const earlier = body.filter(({ current }) => !current);
    const version = earlier[Math.floor(Math.random() * earlier.length)];
    if (version !== undefined) this.files.delete(file.id);
    return version;
  }

  async #share(file: Known): Promise<boolean> {
    this.files.set(file.id, file);
    const { status, body } = await share(this.client, file.id, { max_downloads: 2 });
    if (status === 409 && body.code === 'too_many_shares') return true;
    if (!this.#expect(status, 201)) return false;
    return this.#expect((await openShare(this.client, body.token)).status, 201);
  }

  async #restoreOrDelete(file: Known): Promise<boolean> {
    const path = `/api/trash/${file.id}`;
    if (Math.random() < 0.5)
      return this.#know({ ...file, trashed: false }, await this.client.json('POST', `${path}/restore`), 200);
    return this.#expect((await this.client.json('DELETE', path)).status, 204);
  }

  /** Notes what is known after an answer with this status. */
  #know(file: Known, { status }: { readonly status: number }, expected: number): boolean {
    if (status === expected) this.files.set(file.id, file);
    return this.#expect(status, expected);
  }

  #expect(answered: number, expected: number): boolean {
    if (answered !== expected) this.surprises.push(`${answered} instead of ${expected}`);
    return answered === expected;
  }
}

function someBytes(): Buffer {
  return randomBytes(1000 + Math.floor(Math.random() * 150_000));
}

describe('security.md: crash, with everything that is done to files', () => {
  let storage: string;
  beforeEach(async () => void (storage = await mkdtemp(join(tmpdir(), 'mixed-crash-'))));
  afterEach(() => rm(storage, { recursive: true, force: true }));

  it(
    `loses nothing that was answered, no byte and no count, over ${CYCLES} kill -9`,
    async () => {
      const environment = {
        STORAGE_PATH: storage,
        LOG_LEVEL: 'warn',
        QUOTA_BYTES_PER_USER: '1000000000',
        VERSIONS_KEPT: '3',
      };
      const client = new Client('');
      const workers = Array.from({ length: WORKERS }, () => new Worker(client));
      const actions = () => workers.reduce((sum, worker) => sum + worker.actions, 0);
      for (let cycle = 0; cycle <= CYCLES; cycle++) {
        const service = await startProgram(environment);
        Object.assign(client, { url: service.url });
        if (cycle === 0) await client.register('crash@example.org', 'a long enough passphrase');
        await verify(environment, client, workers);
        if (cycle < CYCLES) {
          const before = actions();
          const load = Promise.all(workers.map((worker) => worker.work()));
          // The load goes on until something has been done, however slow the machine is.
          while (actions() < before + 15) await delay(10);
          await delay(Math.random() * 300);
          service.child.kill('SIGKILL');
          await Promise.all([load, service.ended]);
        } else {
          service.child.kill('SIGTERM');
          expect(await service.ended).toBe(0);
        }
      }
      expect(actions()).toBeGreaterThanOrEqual(15 * CYCLES);
      expect(workers.flatMap(({ surprises }) => surprises)).toEqual([]);
    },
    120_000 + CYCLES * 30_000,
  );

  async function verify(
    environment: Record<string, string>,
    client: Client,
    workers: readonly Worker[],
  ): Promise<void> {
    const listed = new Map((await all(client, '/api/files')).map((file) => [file.id, file]));
    const trashed = new Map((await all(client, '/api/trash')).map((file) => [file.id, file]));
    for (const known of workers.flatMap(({ files }) => [...files.values()])) {
      const found = (known.trashed ? trashed : listed).get(known.id);
      expect([known, found?.sha256]).toEqual([known, known.sha256]);
    }
    for (const file of [...listed.values()].slice(0, 10))
      expect(sha256((await client.download(file.id)).body)).toBe(file.sha256);
    for (const upload of await all(client, '/api/uploads'))
      expect((await new TusClient(client).delete(`/api/uploads/${upload.id}`)).status).toBe(204);
    const database = await openDatabaseOf(environment);
    try {
      // Bytes that nothing names are removed soon after the start.
      while ((await storedFiles(environment.STORAGE_PATH!)).length > (await named(database)).size)
        await delay(100);
      const stored = (await storedFiles(environment.STORAGE_PATH!)).map((path) => basename(path)).sort();
      expect(stored).toEqual([...(await named(database))].map((key) => basename(key)).sort());
      for (;;) {
        const { counted, kept } = await usageIn(database, client.userId);
        if (kept.reserved === 0) {
          expect(counted).toEqual(kept);
          break;
        }
        await delay(100);
      }
    } finally {
      await database.destroy();
    }
  }

  async function named(database: Awaited<ReturnType<typeof openDatabaseOf>>): Promise<Set<string>> {
    const files = await database.getRepository(StoredFile).find({ select: { id: true, blobKey: true } });
    const versions = await database.getRepository(FileVersion).find();
    return new Set([...files, ...versions].map(({ blobKey }) => blobKey));
  }

  async function all(client: Client, path: string): Promise<FileBody[]> {
    return (await client.pages<FileBody>(`${path}?limit=200`)).flat();
  }
});
