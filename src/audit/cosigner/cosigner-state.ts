import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The notes by the origins of their logs. */
type Notes = Readonly<Record<string, string>>;

/** The newest checkpoint of each log that a witness has cosigned, in one file. One process uses the file. */
export class CosignerState {
  private constructor(
    private readonly file: string,
    private notes: Notes,
  ) {}

  /** Reads the file, which need not be there yet. @throws an Error when it contains something else. */
  static async open(file: string): Promise<CosignerState> {
    const notes = await readNotes(file);
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
  const isNotes = typeof notes === 'object' && notes !== null && !Array.isArray(notes);
  if (!isNotes || !Object.values(notes).every((note) => typeof note === 'string'))
    throw new Error(`${file} does not hold the state of a witness`);
  return notes as Notes;
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
