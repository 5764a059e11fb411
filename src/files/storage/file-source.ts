import { close, fstat, open, read } from 'node:fs';
import { promisify } from 'node:util';
import type { BufferPool, Loan } from './buffer-pool.js';
import type { ByteSource, Chunk } from './byte-source.js';
import type { ByteRange } from './object-storage.js';

// Not node:fs/promises: for a small file, its file handles take as much time as the reading.
const [openFile, closeFile, statFile] = [promisify(open), promisify(close), promisify(fstat)];

/**
 * Reads a file into buffers of a pool. A file smaller than one buffer is read completely when it is opened.
 */
export class FileSource implements ByteSource {
  #closing: Promise<void> | null = null;

  private constructor(
    private readonly descriptor: number,
    private readonly pool: BufferPool,
    /** Of the whole file, in bytes. */
    readonly size: number,
    private position: number,
    private readonly end: number,
    private first: Chunk | null,
  ) {}

  /** @throws the error of the file system: ENOENT when there is no such file. */
  static async open(path: string, pool: BufferPool, range?: ByteRange): Promise<FileSource> {
    const descriptor = await openFile(path, 'r');
    try {
      return await (range === undefined ? wholeFile(descriptor, pool) : partOfFile(descriptor, pool, range));
    } catch (error) {
      await closeFile(descriptor);
      throw error;
    }

    async function wholeFile(file: number, buffers: BufferPool): Promise<FileSource> {
      const loan = buffers.borrow();
      const count = await readInto(loan, file, 0, buffers.size);
      const first = chunkOf(loan, count);
      const fits = count < buffers.size;
      // The read returned fewer bytes than the buffer holds: they are the whole file, so no fstat is needed.
      const size = fits ? count : (await statFile(file)).size;
      const source = new FileSource(file, buffers, size, count, size, first);
      if (fits) await source.#closeFile();
      return source;
    }

    async function partOfFile(file: number, buffers: BufferPool, part: ByteRange): Promise<FileSource> {
      const { size } = await statFile(file);
      return new FileSource(file, buffers, size, part.start, part.end + 1, null);
    }
  }

  async next(): Promise<Chunk | null> {
    const { first } = this;
    this.first = null;
    if (first !== null) return first;
    if (this.position >= this.end || this.#closing !== null) {
      await this.close();
      return null;
    }
    const loan = this.pool.borrow();
    const wanted = Math.min(this.pool.size, this.end - this.position);
    const count = await readInto(loan, this.descriptor, this.position, wanted);
    this.position += count;
    const chunk = chunkOf(loan, count);
    if (chunk === null) throw new Error('the file has become shorter while it was read');
    return chunk;
  }

  async close(): Promise<void> {
    this.first?.giveBack();
    this.first = null;
    await this.#closeFile();
  }

  #closeFile(): Promise<void> {
    return (this.#closing ??= closeFile(this.descriptor));
  }
}

/** @returns how many bytes were read. The loan is given back when the read fails. */
function readInto(loan: Loan, file: number, position: number, length: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file, loan.buffer, 0, length, position, (error, count) => {
      if (error === null) return resolve(count);
      loan.giveBack();
      reject(error);
    });
  });
}

function chunkOf(loan: Loan, count: number): Chunk | null {
  if (count > 0)
    return { bytes: loan.buffer.subarray(0, count), giveBack: loan.giveBack, abandon: loan.abandon };
  loan.giveBack();
  return null;
}
