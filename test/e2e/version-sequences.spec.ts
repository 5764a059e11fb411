import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getDataSourceToken } from '@nestjs/typeorm';
import fc from 'fast-check';
import { basename } from 'node:path';
import { type DataSource, In } from 'typeorm';
import { FileVersion } from '../../src/files/contents/file-version.entity.js';
import { StoredFile } from '../../src/files/contents/stored-file.entity.js';
import { type Client, sha256, type VersionBody } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { usageOf } from '../support/usage.js';

/** Another seed tries other sequences. A failure prints its seed. */
const SEED = Number(process.env.VERSIONS_SEED ?? 20261127);
const RUNS = Number(process.env.VERSIONS_RUNS ?? 12);

/** What is done to a file. `nth` chooses one of its versions. */
type Step =
  | { readonly kind: 'put'; readonly size: number }
  | { readonly kind: 'restore' | 'delete'; readonly nth: number }
  | { readonly kind: 'trash' };

const nth = fc.nat(4);
const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('put' as const), size: fc.integer({ min: 0, max: 9 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('restore' as const), nth }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), nth }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'trash' as const }) },
);

describe('Any sequence of replacements, restores and deletions', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp({ VERSIONS_KEPT: '3' });
  });
  afterAll(() => server.close());

  it(
    'keeps usage exact, stores just the bytes that are named, and gives every version with its digest',
    async () => {
      const client = await server.user();
      const property = fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 12 }), async (steps) => {
        const file = new TrackedFile(client);
        await file.start();
        for (const step of steps) {
          await file.take(step);
          await requireExact(client);
          await file.requireWhole();
        }
        await file.end();
      });
      await fc.assert(property, { seed: SEED, numRuns: RUNS });
    },
    60_000 + RUNS * 20_000,
  );

  async function requireExact(client: Client): Promise<void> {
    const { counted, kept } = await usageOf(server, client.userId);
    expect(counted).toEqual(kept);
    const database = server.app.get<DataSource>(getDataSourceToken());
    const files = await database.getRepository(StoredFile).find();
    const versions = await database
      .getRepository(FileVersion)
      .findBy({ fileId: In(files.map(({ id }) => id)) });
    const named = new Set([...files, ...versions].map(({ blobKey }) => blobKey));
    expect((await server.stored()).map((name) => basename(name)).sort()).toEqual([...named].sort());
    for (const { id, keptBytes, blobKey } of files) {
      const own = new Map(
        versions.filter(({ fileId }) => fileId === id).map((row) => [row.blobKey, row.size]),
      );
      own.delete(blobKey);
      expect(keptBytes).toBe([...own.values()].reduce((sum, size) => sum + size, 0));
    }
  }
});

/** A file and what its versions should be, newest first. */
class TrackedFile {
  #id = '';
  #made = 0;
  #versions: { version: number; text: string }[] = [];

  constructor(private readonly client: Client) {}

  async start(): Promise<void> {
    const { body } = await this.client.upload('start');
    this.#id = body.id;
    this.#versions = [{ version: 1, text: 'start' }];
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'put': {
        const text = `${++this.#made}`.padEnd(step.size, 'x');
        expect((await this.client.replace(this.#id, text)).status).toBe(200);
        return this.#advance(text);
      }
      case 'restore': {
        const { version, text } = this.#chosen(step.nth);
        expect((await this.client.json('POST', this.#path(version, '/restore'))).status).toBe(200);
        return version === this.#versions[0]!.version ? undefined : this.#advance(text);
      }
      case 'delete': {
        const { version } = this.#chosen(step.nth);
        const isCurrent = version === this.#versions[0]!.version;
        expect((await this.client.json('DELETE', this.#path(version))).status).toBe(isCurrent ? 409 : 204);
        if (!isCurrent) this.#versions = this.#versions.filter((kept) => kept.version !== version);
        return;
      }
      case 'trash':
        await this.end();
        return this.start();
    }
  }

  async requireWhole(): Promise<void> {
    const { body } = await this.client.json<VersionBody[]>('GET', `/api/files/${this.#id}/versions`);
    expect(body.map(({ version, sha256: digest }) => [version, digest])).toEqual(
      this.#versions.map(({ version, text }) => [version, sha256(text)]),
    );
    for (const { version, text } of this.#versions) {
      expect((await this.client.downloadVersion(this.#id, version)).body.toString()).toBe(text);
    }
  }

  async end(): Promise<void> {
    expect((await this.client.json('DELETE', `/api/files/${this.#id}`)).status).toBe(204);
  }

  #advance(text: string): void {
    const version = this.#versions[0]!.version + 1;
    // The current one and three earlier ones.
    this.#versions = [{ version, text }, ...this.#versions].slice(0, 4);
  }

  #chosen(nthOne: number) {
    return this.#versions[nthOne % this.#versions.length]!;
  }

  #path(version: number, rest = ''): string {
    return `/api/files/${this.#id}/versions/${version}${rest}`;
  }
}
