import { type FileHandle, mkdir, open, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { BufferPool } from './buffer-pool.js';
import { FileSource } from './file-source.js';
import { type ByteRange, type Handover, ObjectStorage, type OpenObject, StorageError } from './object-storage.js';
import { checkedKey, shardOf } from './storage-key.js';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** Of one piece of a download. */
const BUFFER_BYTES = 256 * 1024;
/** 24 MiB: three for each of 32 downloads that run at the same time. */
const KEPT_BUFFERS = 96;

/** Objects as files under a directory: `tmp/KEY` while they arrive, `blobs/XX/KEY` once they are whole. */
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
      // A rename survives a power loss once its directory is on disk.
      await syncDirectory(dirname(path));
    } catch (error) {
      source.destroy();
      await this.#removeBroken(key);
      throw translate(error);
    }
  }

  override async open(key: string, range?: ByteRange): Promise<OpenObject> {
    try {
      const source = await FileSource.open(this.#path(key), this.buffers, range);
      return { size: source.size, source };
    } catch (error) {
      throw translate(error);
    }
  }

  override async stat(key: string): Promise<{ size: number }> {
    try {
      const { size } = await stat(this.#path(key));
      return { size };
    } catch (error) {
      throw translate(error);
    }
  }

  /** The internal location of nginx that has this storage's directory mounted (`deploy/nginx.conf`). */
  override handOver(key: string): Promise<Handover> {
    return Promise.resolve({ via: 'x-accel', path: `/internal/blobs/${shardOf(key)}/${key}` });
  }

  override async delete(key: string): Promise<void> {
    try {
      await rm(this.#temporaryPath(key), { force: true });
      await rm(this.#path(key));
      // Else a power loss could bring back what its ledger no longer knows of.
      await syncDirectory(dirname(this.#path(key)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw translate(error);
    }
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

  /** The first error is the one to tell; what cannot be removed now, the caller's ledger has on record. */
  async #removeBroken(key: string): Promise<void> {
    await Promise.allSettled([this.delete(key)]);
  }

  #temporaryPath(key: string): string {
    return join(this.#temporary, checkedKey(key));
  }

  #path(key: string): string {
    return join(this.#blobs, shardOf(key), key);
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

async function makeDirectory(path: string): Promise<void> {
  const created = await mkdir(path, { recursive: true, mode: 0o700 });
  if (created !== undefined) await syncDirectory(dirname(path));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** An error of the file system in the port's terms; errors of `source` pass unchanged. */
function translate(error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined) return error;
  // A directory in the place of an object is none.
  if (code === 'ENOENT' || code === 'EISDIR') return new StorageError('missing', error);
  return new StorageError(FULL.has(code) ? 'full' : 'unavailable', error);
}
