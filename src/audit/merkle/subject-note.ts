import { decodeBase64 } from './base64.js';
import type { Checkpoint } from './checkpoint.js';
import { EMPTY_ROOT, HASH_BYTES } from './hashing.js';

/** How many entries of one subject are in a tree, and which. */
export interface SubjectExtent {
  readonly subject: string;
  readonly entries: number;
  /** The leaf hash of the newest; the hash of nothing when there is none. */
  readonly newest: Buffer;
  /** The `subject_seq` of the first that retention has left; the number of entries when it has left none. */
  readonly kept: number;
}

/**
 * What a log signs of a subject's entries, bound to the tree of `checkpoint`:
 * `ORIGIN/subject/<id>`, entries, base64(newest), `tree <size> <base64(root)>`, `kept <kept>`, a line each.
 * @throws TypeError when the subject's name could be taken for other lines.
 */
export function subjectText(
  { subject, entries, newest, kept }: SubjectExtent,
  { origin, size, root }: Checkpoint,
): string {
  if (!isOneLine(subject)) throw new TypeError('a subject is named in one line');
  return `${origin}/subject/${subject}\n${entries}\n${newest.toString('base64')}\ntree ${size} ${root.toString('base64')}\nkept ${kept}\n`;
}

/** Reads such a text of the tree of `checkpoint`; null when it is another's, of another tree, or says what cannot be. */
export function readSubjectText(text: string, checkpoint: Checkpoint): SubjectExtent | null {
  const [name = '', entries, encoded = '', , kept = ''] = text.split('\n');
  const newest = decodeBase64(encoded);
  if (newest?.length !== HASH_BYTES) return null;
  const extent = {
    subject: name.slice(subjectOrigin(checkpoint.origin).length),
    entries: Number(entries),
    newest,
    kept: Number(kept.slice('kept '.length)),
  };
  return isPossible(extent) && subjectText(extent, checkpoint) === text ? extent : null;
}

/** Whether a text is what versions before signed of a subject: it names no tree, so that it proves nothing. */
export function isUnboundSubjectText(text: string, origin: string): boolean {
  return text.startsWith(subjectOrigin(origin)) && text.split('\n').length === 4;
}

function subjectOrigin(origin: string): string {
  return `${origin}/subject/`;
}

function isPossible({ subject, entries, newest, kept }: SubjectExtent): boolean {
  return (
    isOneLine(subject) &&
    Number.isSafeInteger(entries) &&
    kept >= 0 &&
    kept <= entries &&
    (entries === 0) === newest.equals(EMPTY_ROOT)
  );
}

function isOneLine(subject: string): boolean {
  return subject !== '' && !/\p{Cc}/u.test(subject);
}
