/**
 * What is stored of an object that is not complete yet. It is plain data: whoever records it can go on in another process.
 */
export interface Growth {
  /** Every key under which there may be bytes. The first stands for the object. */
  readonly keys: readonly [string, ...string[]];
  /** Bytes from the start that survive a power loss. */
  readonly size: number;
  /** For the storage that made it. */
  readonly state: object;
}

/** Makes a further key. Bytes are stored under it only afterwards, so it can be put on a list of what is to be removed. */
export type NewKey = () => Promise<string>;

/** An object that is open for appending. The holder calls `close` once, after everything else has settled. */
export interface GrowingObject {
  /** What has to be recorded before the first byte is appended. */
  readonly growth: Growth;

  /** Resolves when more bytes are welcome. The buffer may be used again then. The bytes need not be safe yet. */
  append(bytes: Buffer): Promise<void>;

  /** Makes as many of the appended bytes safe as can be had at a low cost. */
  checkpoint(): Promise<Growth>;

  /** Makes all appended bytes safe. */
  settle(): Promise<Growth>;

  /** Releases everything. Bytes that are in no recorded growth are forgotten. */
  close(): Promise<void>;
}

/**
 * Stores objects that arrive in pieces, over several requests and processes. Only recorded growth counts: what was appended and
 * not recorded is gone when the object is opened again. All failures are a `StorageError`. To abandon an object, delete its
 * keys in the `ObjectStorage`. Every adapter passes `test/contracts/growing-storage.contract.ts`.
 */
export abstract class GrowingStorage {
  /** The growth of an object without bytes. Nothing is stored yet. */
  abstract begin(key: string): Growth;

  /**
   * Opens an object for appending. `disputed` says that an earlier writer may still be writing: it can then spoil no byte of
   * this growth, nor of what is appended from now on.
   */
  abstract open(growth: Growth, disputed: boolean, newKey: NewKey): Promise<GrowingObject>;

  /**
   * Makes a complete object of at least one byte, which the `ObjectStorage` opens under the first key of the returned growth.
   * It can be repeated, with either growth, also after a crash.
   */
  abstract finish(growth: Growth, newKey: NewKey): Promise<Growth>;
}
