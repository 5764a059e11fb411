import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readForeignCheckpoint } from '../merkle/checkpoint.js';

/** What follows the name of the file in the name of a draft: a UUID. */
const DRAFT = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The notes by the origins of their logs. */
type Notes = Readonly<Record<string, string>>;

/** The newest checkpoint of each log that a witness has cosigned, in one file. One process uses the file. */
export class CosignerState {
  private constructor(
    private readonly file: string,
    private notes: Notes,
  ) {}

  /**
   * Reads the file, which need not be there yet, and removes drafts that a killed process has left.
   * @throws an Error when the file contains something else. What was seen of a log would be forgotten otherwise.
   */
  static async open(file: string): Promise<CosignerState> {
    const notes = await readNotes(file);
    await removeDrafts(file);
    const state = new CosignerState(file, notes);
    // A place that cannot be written is found at the start, and not with the first checkpoint.
    await state.#store(notes);
    return state;
  }

  /** The signed note. Null before the first of this log. */
  noteOf(origin: string): string | null {
    return Object.hasOwn(this.notes, origin) ? this.notes[origin]! : null;
  }

  /** Keeps the note of a log instead of the one before. When it resolves, the note survives a power loss. */
  async replace(origin: string, note: string): Promise<void> {
    const notes = { ...this.notes, [origin]: note };
    await this.#store(notes);
    this.notes = notes;
  }

  async #store(notes: Notes): Promise<void> {
    const draft = `${this.file}.${randomUUID()}`;
    try {
      await writeFile(draft, `${JSON.stringify(notes, null, 2)}\n`, { mode: 0o600, flush: true });
      await rename(draft, this.file);
    } finally {
      await rm(draft, { force: true });
    }
    await syncDirectory(dirname(this.file));
  }
}

async function readNotes(file: string): Promise<Notes> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  const notes = parse(text);
  if (!isNotes(notes)) throw new Error(`${file} does not hold the state of a witness`);
  return notes;
}

/** True for checkpoints by the names of their logs. */
function isNotes(value: unknown): value is Notes {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([origin, note]: [string, unknown]) =>
      typeof note === 'string' && readForeignCheckpoint(note)?.origin === origin,
  );
}

async function removeDrafts(file: string): Promise<void> {
  const [folder, name] = [dirname(file), basename(file)];
  const isDraft = (other: string) => other.startsWith(name) && DRAFT.test(other.slice(name.length));
  for (const other of await readdir(folder))
    if (isDraft(other)) await rm(join(folder, other), { force: true });
}

/** Null when it is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
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
