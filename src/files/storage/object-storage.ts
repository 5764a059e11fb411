import type { Readable } from 'node:stream';
import type { ByteSource } from './byte-source.js';

/** A part of an object: both ends are inclusive, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface OpenObject {
  /** Of the whole object, in bytes. */
  readonly size: number;
  /** The bytes asked for. */
  readonly source: ByteSource;
}

/** Under which type and name bytes are served by somebody else than this process. */
export interface ServedAs {
  readonly contentType: string;
  readonly contentDisposition: string;
}

/** Where somebody else finds the bytes: nginx by an internal path, or the client itself at a URL. */
export type Handover =
  { readonly via: 'x-accel'; readonly path: string } | { readonly via: 'redirect'; readonly url: string };

/** What a storage says when it cannot do what it was asked; `cause` is the vendor's own error. */
export class StorageError extends Error {
  constructor(
    readonly reason: 'missing' | 'full' | 'unavailable',
    cause?: unknown,
  ) {
    super(`storage: ${reason}`, { cause });
    this.name = 'StorageError';
  }
}

/**
 * Where bytes live. Knows neither users nor rows; a key is a UUID made by the server.
 * Every adapter passes `test/contracts/object-storage.contract.ts`.
 */
export abstract class ObjectStorage {
  /** Makes ready what writing needs; called once before anything else. */
  abstract prepare(): Promise<void>;

  /**
   * Stores what `source` yields. Resolves when it would survive a power loss; when it rejects
   * (because `source` fails, or with a StorageError) nothing is left under the key.
   */
  abstract write(key: string, source: Readable): Promise<void>;

  /**
   * Opens an object, or a part of it that lies within it.
   * @throws {StorageError} `missing` before any byte when there is no such object.
   */
  abstract open(key: string, range?: ByteRange): Promise<OpenObject>;

  /** The size of an object in bytes. @throws {StorageError} `missing` when there is no such object. */
  abstract stat(key: string): Promise<{ size: number }>;

  /** How the bytes of an object can be had without passing through this process. */
  abstract handOver(key: string, as: ServedAs): Promise<Handover>;

  /** Removes an object and whatever a broken write left of it. Nothing there is success. */
  abstract delete(key: string): Promise<void>;

  /** Bytes that can still be written here; infinite where that is somebody else's to say. */
  abstract freeBytes(): Promise<number>;

  /** @throws {StorageError} when objects cannot be written or read now. */
  abstract check(): Promise<void>;
}
