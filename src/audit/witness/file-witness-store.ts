import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppConfig } from '../../config/app-config.js';
import { readCheckpoint } from '../merkle/checkpoint.js';
import { placeOfLog } from './place-of-log.js';
import { WitnessStore, WitnessUnreadable } from './witness-store.js';

/** Older generations that are kept. A slow process then finds its number taken. */
const KEPT = 64;
const READ_ATTEMPTS = 5;
const DRAFT = '.draft';
const DRAFT_LIFE_MS = 3_600_000;
const DIGITS = 15;
const GENERATION = /^\d{15}$/;

interface Kept {
  readonly generation: number;
  readonly note: string | null;
}

/**
 * A witness in files. There is one directory for each log, named after the log and not after a host or port.
 * It has one file for each generation of the note. The file with the largest number is the current note.
 * `link` creates the next file and fails when the number is taken. So only one of several processes or hosts
 * succeeds, also on a shared volume without file locks. The volume must support hard links.
 */
export class FileWitnessStore extends WitnessStore {
  readonly #directory: string;
  #earlier: string | null | undefined;

  /**
   * @param root the directory with the witnesses of all logs: `STORAGE_PATH/witness`.
   * @param origin the log's name.
   */
  constructor(
    private readonly root: string,
    private readonly origin: string,
  ) {
    super();
    this.#directory = join(root, placeOfLog(origin));
  }

  /** The witness of the configured log. */
  static of({ storage, audit }: Pick<AppConfig, 'storage' | 'audit'>): FileWitnessStore {
    return new FileWitnessStore(join(storage.path, 'witness'), audit.origin);
  }

  override async fetch(): Promise<string | null> {
    return (await this.#kept()).note;
  }

  override create(first: string): Promise<boolean> {
    return this.#put(null, first);
  }

  override replace(read: string, next: string): Promise<boolean> {
    return this.#put(read, next);
  }

  /** The notes of this log from earlier versions, which kept one for each host and port. */
  async earlier(): Promise<string[]> {
    const names = await namesIn(this.root);
    const files = names.filter((name) => name.endsWith('.checkpoint')).map((name) => join(this.root, name));
    const notes = await Promise.all(
      files.map(async (file) => requireCheckpoint(await readFile(file, 'utf8'), file)),
    );
    return notes.filter((note) => readCheckpoint(note)?.origin === this.origin);
  }

  async #put(read: string | null, next: string): Promise<boolean> {
    const { generation, note } = await this.#kept();
    if (note !== read) return false;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    if (!(await this.#create(generation + 1, next))) return false;
    const generations = await this.#generations();
    // The number could be free only because that file had been pruned.
    if (generations.at(-1) !== generation + 1) return false;
    await this.#prune(generations.slice(0, -KEPT));
    return true;
  }

  async #kept(): Promise<Kept> {
    const earlier = await this.#newestEarlier();
    for (let attempt = 1; attempt <= READ_ATTEMPTS; attempt++) {
      const generation = (await this.#generations()).at(-1) ?? 0;
      if (generation === 0) return { generation, note: earlier };
      const note = await readIfThere(this.#path(generation));
      // Pruned between listing and reading: there are many newer files now. Try again.
      if (note === null) continue;
      return { generation, note: larger(requireCheckpoint(note, this.#path(generation)), earlier) };
    }
    throw new Error(`the newest file of ${this.#directory} cannot be found`);
  }

  /** Read once. Notes that were kept since are newer. */
  async #newestEarlier(): Promise<string | null> {
    if (this.#earlier === undefined)
      this.#earlier = (await this.earlier()).reduce<string | null>(larger, null);
    return this.#earlier;
  }

  async #generations(): Promise<number[]> {
    const names = await namesIn(this.#directory);
    return names
      .filter((name) => GENERATION.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** @returns false when the generation exists already. */
  async #create(generation: number, note: string): Promise<boolean> {
    const draft = join(this.#directory, `${randomUUID()}${DRAFT}`);
    try {
      await writeFile(draft, note, { mode: 0o600, flush: true });
      await link(draft, this.#path(generation));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
    await syncDirectory(this.#directory);
    return true;
  }

  /** Removes old generations, and drafts that crashed processes left. */
  async #prune(generations: readonly number[]): Promise<void> {
    const drafts = (await namesIn(this.#directory))
      .filter((name) => name.endsWith(DRAFT))
      .map((name) => join(this.#directory, name));
    for (const draft of drafts) if (await isOld(draft)) await rm(draft, { force: true });
    for (const generation of generations) await rm(this.#path(generation), { force: true });
  }

  #path(generation: number): string {
    return join(this.#directory, String(generation).padStart(DIGITS, '0'));
  }
}

/** The note with the larger tree. */
function larger(a: string | null, b: string | null): string | null {
  return (readCheckpoint(b ?? '')?.size ?? -1) > (readCheckpoint(a ?? '')?.size ?? -1) ? b : a;
}

// The signature was checked when the note was stored, perhaps with a key that was replaced since.
function requireCheckpoint(note: string, file: string): string {
  if (readCheckpoint(note) === null) throw new WitnessUnreadable(file);
  return note;
}

async function isOld(file: string): Promise<boolean> {
  try {
    return (await stat(file)).mtimeMs < Date.now() - DRAFT_LIFE_MS;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
