import { type FileHandle, mkdir, open, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { BufferPool } from './buffer-pool.js';
import { makeDirectory, pathOfBlob, syncDirectory, translateFileError } from './blob-files.js';
import { FileSource } from './file-source.js';
import { type ByteRange, type Deletion, type Handover, ObjectStorage, type OpenObject, StorageError } from './object-storage.js';
import { checkedKey, shardOf } from './storage-key.js';

/** Files that are removed, and directories that are synced, in parallel. */
const AT_ONCE = 16;
/** The size of one piece of a download. */
const BUFFER_BYTES = 256 * 1024;
/** 24 MiB: three buffers for each of 32 parallel downloads. */
const KEPT_BUFFERS = 96;

/** Keeps objects as files: `tmp/KEY` while they are written, `blobs/XX/KEY` when they are complete. */
export class LocalStorage extends ObjectStorage {
  readonly #temporary: string;
  readonly #blobs: string;

  constructor(
    root: string,
    private readonly buffers = new BufferPool(BUFFER_BYTES, KEPT_BUFFERS),
  ) {
    super();
    this.#temporary = join(root, 'tmp');
    this.#blobs = join(root, 'blobs');
  }

  override async prepare(): Promise<void> {
    await mkdir(this.#temporary, { recursive: true, mode: 0o700 });
    await mkdir(this.#blobs, { recursive: true, mode: 0o700 });
  }

  override async write(key: string, source: Readable): Promise<void> {
    const temporary = this.#temporaryPath(key);
    const path = this.#path(key);
    try {
      const file = await open(temporary, 'wx', 0o600);
      await fill(file, source);
      await makeDirectory(dirname(path));
      await rename(temporary, path);
      // A rename survives a power loss only after its directory was synced.
      await syncDirectory(dirname(path));
    } catch (error) {
      source.destroy();
      await this.#removeBroken(key);
      throw translateFileError(error);
    }
  }

  override async open(key: string, range?: ByteRange): Promise<OpenObject> {
    try {
      const source = await FileSource.open(this.#path(key), this.buffers, range);
      return { size: source.size, source };
    } catch (error) {
      throw translateFileError(error);
    }
  }

  override async stat(key: string): Promise<{ size: number }> {
    try {
      const { size } = await stat(this.#path(key));
      return { size };
    } catch (error) {
      throw translateFileError(error);
    }
  }

  /** The internal location of nginx that serves this storage's directory (`deploy/nginx`). */
  override handOver(key: string): Promise<Handover> {
    return Promise.resolve({ via: 'x-accel', path: `/internal/blobs/${shardOf(key)}/${key}` });
  }

  override async delete(key: string): Promise<void> {
    const { failures } = await this.deleteAll([key]);
    if (failures[0] !== undefined) throw failures[0];
  }

  /** Syncs each directory once, after all its files: this costs more than to remove a file. */
  override async deleteAll(keys: readonly string[]): Promise<Deletion> {
    const unlinked = await attempt(keys, (key) => this.#unlink(key));
    const shards = new Set(unlinked.removed.map(shardOf));
    // Without this, a power loss could restore a file that is no longer on the ledger.
    const synced = await attempt([...shards], (shard) => syncDirectory(join(this.#blobs, shard)));
    const safe = new Set(synced.removed);
    return {
      removed: unlinked.removed.filter((key) => safe.has(shardOf(key))),
      failures: [...unlinked.failures, ...synced.failures],
    };
  }

  override async check(): Promise<void> {
    try {
      await statfs(this.#blobs);
      await statfs(this.#temporary);
    } catch (error) {
      throw new StorageError('unavailable', error);
    }
  }

  override async freeBytes(): Promise<number> {
    try {
      const { bavail, bsize } = await statfs(this.#blobs);
      return bavail * bsize;
    } catch (error) {
      throw new StorageError('unavailable', error);
    }
  }

  /**
   * A failure of this removal is ignored: the caller throws the first error, and the ledger still has the
   * key.
   */
  async #removeBroken(key: string): Promise<void> {
    await Promise.allSettled([this.delete(key)]);
  }

  async #unlink(key: string): Promise<void> {
    await rm(this.#temporaryPath(key), { force: true });
    await rm(this.#path(key), { force: true });
  }

  #temporaryPath(key: string): string {
    return join(this.#temporary, checkedKey(key));
  }

  #path(key: string): string {
    return pathOfBlob(this.#blobs, key);
  }
}

async function fill(file: FileHandle, source: Readable): Promise<void> {
  try {
    await writeFile(file, source);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Works on names in groups. A missing one counts as done. Stops after a group of which every one has failed. */
async function attempt(names: readonly string[], work: (name: string) => Promise<void>): Promise<Deletion> {
  const removed: string[] = [];
  const failures: StorageError[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const group = names.slice(at, at + AT_ONCE);
    const outcomes = await Promise.allSettled(group.map(work));
    const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? failureOf(outcome.reason) : null));
    removed.push(...group.filter((_, index) => reasons[index] === null));
    failures.push(...reasons.filter((reason) => reason !== null));
    if (reasons.every((reason) => reason !== null)) break;
  }
  return { removed, failures };
}

/** Null for an error that says that there is nothing to remove. */
function failureOf(error: unknown): StorageError | null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  const translated = translateFileError(error);
  return translated instanceof StorageError ? translated : new StorageError('unavailable', error);
}
