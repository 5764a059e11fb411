/** What the browser remembers of an upload that is not finished. The file itself it does not keep. */
export interface JournalEntry {
  /** Of the file: together with name and size it tells that a file is the same. */
  readonly lastModified: number;
  readonly userId: string;
}

const KEY = 'uploads';

type Journal = Readonly<Record<string, JournalEntry>>;

/** The unfinished uploads of this browser, by their ids. They outlive a reload. */
export function readJournal(): Journal {
  return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Journal;
}

export function noteUpload(id: string, entry: JournalEntry): void {
  write({ ...readJournal(), [id]: entry });
}

export function forgetUpload(id: string): void {
  write(Object.fromEntries(Object.entries(readJournal()).filter(([other]) => other !== id)));
}

function write(journal: Journal): void {
  localStorage.setItem(KEY, JSON.stringify(journal));
}
