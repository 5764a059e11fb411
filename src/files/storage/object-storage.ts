import type { Readable } from 'node:stream';
import type { ByteSource } from './byte-source.js';

/** A part of an object: both ends are inclusive, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface OpenObject {
  /** The size of the whole object, in bytes. */
  readonly size: number;
  /** The requested bytes. */
  readonly source: ByteSource;
  /** True when the source yields only bytes that were found to be those that were stored. No digest has to be compared then. */
  readonly authenticated?: boolean;
}

/** The type and name under which nginx or the bucket serves the bytes. */
export interface ServedAs {
  readonly contentType: string;
  readonly contentDisposition: string;
}

/** Where the bytes can be fetched: by nginx at an internal path, or by the client at a URL. */
export type Handover =
  { readonly via: 'x-accel'; readonly path: string } | { readonly via: 'redirect'; readonly url: string };

/** The result of removing objects. */
export interface Deletion {
  /** Keys under which nothing is left. */
  readonly removed: readonly string[];
  readonly failures: readonly StorageError[];
}

/**
 * The error of a storage. `damaged`: the bytes are not those that were stored. `scattered`: the object came in so many pieces that it
 * takes no further one. `cause` is the vendor's own error.
 */
export class StorageError extends Error {
  constructor(
    readonly reason: 'missing' | 'damaged' | 'full' | 'scattered' | 'unavailable',
    cause?: unknown,
  ) {
    super(`storage: ${reason}`, { cause });
    this.name = 'StorageError';
  }
}

/**
 * Stores and returns bytes by key. It knows neither users nor rows. A key is a UUID made by the server.
 * Every adapter passes `test/contracts/object-storage.contract.ts`.
 */
export abstract class ObjectStorage {
  /** Prepares for writing. Called once, before anything else. */
  abstract prepare(): Promise<void>;

  /**
   * Stores what `source` yields. When it resolves, the object survives a power loss. When it rejects, with
   * the error of `source` or with a StorageError, nothing is left under the key.
   */
  abstract write(key: string, source: Readable): Promise<void>;

  /**
   * Opens an object, or a range inside it.
   * @throws {StorageError} `missing` before the first byte, when there is no such object.
   */
  abstract open(key: string, range?: ByteRange): Promise<OpenObject>;

  /** The size of an object in bytes. @throws {StorageError} `missing` when there is no such object. */
  abstract stat(key: string): Promise<{ size: number }>;

  /** Gives the place where nginx or the client can fetch the object itself. */
  abstract handOver(key: string, as: ServedAs): Promise<Handover>;

  /** Removes an object and what a failed write left of it. Succeeds when there is nothing. */
  abstract delete(key: string): Promise<void>;

  /**
   * Removes objects as `delete` does, at a lower cost. It never rejects: the result says what was removed. When
   * nothing can be removed, it does not try the rest.
   */
  abstract deleteAll(keys: readonly string[]): Promise<Deletion>;

  /** How many bytes can still be written. Infinity when the storage cannot know. */
  abstract freeBytes(): Promise<number>;

  /** @throws {StorageError} when objects cannot be written or read at present. */
  abstract check(): Promise<void>;
}
