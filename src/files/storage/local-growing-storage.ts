import { createReadStream } from 'node:fs';
import { type FileHandle, open, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { makeDirectory, pathOfBlob, syncDirectory, translateFileError } from './blob-files.js';
import { type GrowingObject, GrowingStorage, type Growth, type NewKey } from './growing-storage.js';
import { type ObjectStorage, StorageError } from './object-storage.js';

/** A file with a part of the object. */
interface Piece {
  readonly key: string;
  /** Bytes that belong to the object. What the file has beyond them does not. */
  readonly size: number;
}

/**
 * Keeps a growing object as one file at its final place. A disputed object goes on in a further file, because the earlier writer
 * may still have the last one open; they are joined at the end.
 */
export class LocalGrowingStorage extends GrowingStorage {
  readonly #blobs: string;

  constructor(
    root: string,
    private readonly storage: ObjectStorage,
  ) {
    super();
    this.#blobs = join(root, 'blobs');
  }

  override begin(key: string): Growth {
    return growthOf([{ key, size: 0 }]);
  }

  override async open(growth: Growth, disputed: boolean, newKey: NewKey): Promise<GrowingObject> {
    const pieces = piecesOf(growth);
    const kept = disputed
      ? [...pieces.filter(({ size }) => size > 0), { key: await newKey(), size: 0 }]
      : pieces;
    return translated(async () => {
      const { key, size } = kept.at(-1)!;
      const path = pathOfBlob(this.#blobs, key);
      return new GrowingFile(size === 0 ? await create(path) : await reopen(path, size), kept);
    });
  }

  override async finish(growth: Growth, newKey: NewKey): Promise<Growth> {
    const [first, ...rest] = piecesOf(growth).filter(({ size }) => size > 0);
    if (first === undefined) throw new StorageError('missing', new Error('the object has no bytes'));
    if (rest.length === 0) {
      await translated(() => truncate(pathOfBlob(this.#blobs, first.key), first.size));
      return growthOf([first]);
    }
    const key = await newKey();
    await this.storage.write(key, Readable.from(this.#bytesOf([first, ...rest]), { objectMode: false }));
    return growthOf([{ key, size: growth.size }]);
  }

  async *#bytesOf(pieces: readonly Piece[]): AsyncGenerator<Buffer> {
    for (const { key, size } of pieces)
      yield* createReadStream(pathOfBlob(this.#blobs, key), { end: size - 1 }) as AsyncIterable<Buffer>;
  }
}

/** An open file that takes further bytes at its end. */
class GrowingFile implements GrowingObject {
  #growth: Growth;
  #size: number;

  constructor(
    private readonly file: FileHandle,
    private readonly pieces: readonly Piece[],
  ) {
    this.#growth = growthOf(pieces);
    this.#size = pieces.at(-1)!.size;
  }

  get growth(): Growth {
    return this.#growth;
  }

  async append(bytes: Buffer): Promise<void> {
    await translated(async () => {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await this.file.write(bytes, at, bytes.length - at, this.#size);
        at += bytesWritten;
        this.#size += bytesWritten;
      }
    });
  }

  checkpoint(): Promise<Growth> {
    return this.settle();
  }

  async settle(): Promise<Growth> {
    const last = this.pieces.at(-1)!;
    const size = this.#size;
    await translated(() => this.file.datasync());
    this.#growth = growthOf([...this.pieces.slice(0, -1), { key: last.key, size }]);
    return this.#growth;
  }

  close(): Promise<void> {
    return translated(() => this.file.close());
  }
}

/** An empty file. Its name survives a power loss. */
async function create(path: string): Promise<FileHandle> {
  await makeDirectory(dirname(path));
  const file = await open(path, 'w', 0o600);
  await closingOnFailure(file, () => syncDirectory(dirname(path)));
  return file;
}

/** A file without the bytes that were not recorded. */
async function reopen(path: string, size: number): Promise<FileHandle> {
  const file = await open(path, 'r+');
  await closingOnFailure(file, async () => {
    const actual = (await file.stat()).size;
    if (actual < size) throw new StorageError('missing', new Error(`${size - actual} recorded bytes are not in the file`));
    if (actual > size) await file.truncate(size);
  });
  return file;
}

async function closingOnFailure(file: FileHandle, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateFileError(error);
  }
}

function growthOf(pieces: readonly Piece[]): Growth {
  const [first, ...rest] = pieces.map(({ key }) => key);
  const size = pieces.reduce((sum, piece) => sum + piece.size, 0);
  return { keys: [first!, ...rest], size, state: { pieces } };
}

function piecesOf({ state }: Growth): readonly Piece[] {
  return (state as { readonly pieces: readonly Piece[] }).pieces;
}
