import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepSecret } from './kept-secret.js';

describe('keepSecret', () => {
  let directory: string;
  beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'kept-'))));
  afterAll(() => rm(directory, { recursive: true }));

  it('makes it once, readable only by its owner, and leaves no other file', async () => {
    const path = join(directory, 'once', 'secret');
    expect(keepSecret(path, () => 'first')).toEqual({ secret: 'first', created: true });
    expect(keepSecret(path, () => 'second')).toEqual({ secret: 'first', created: false });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(directory, 'once'))).toEqual(['secret']);
  });

  it('uses the secret that another process has made meanwhile', () => {
    const path = join(directory, 'race');
    const made = keepSecret(path, () => {
      keepSecret(path, () => 'of the other');
      return 'mine';
    });
    expect(made).toEqual({ secret: 'of the other', created: false });
  });
});
