import type { Checkpoint } from './checkpoint.js';
import { EMPTY_ROOT, HASH_BYTES } from './hashing.js';
import { type Bytes, decodeBase64, equal, toBase64 } from './platform.js';

/** How many entries of one subject are in a tree, and which of them are kept. */
export interface SubjectExtent {
  readonly subject: string;
  readonly entries: number;
  /** The leaf hash of the newest entry. The hash of the empty string when there is none. */
  readonly newest: Bytes;
  /**
   * The `subject_seq` of the first entry that retention has kept. The number of entries when it has kept
   * none.
   */
  readonly kept: number;
}

/**
 * The text that a log signs about a subject's entries. It is bound to the tree of `checkpoint`. One line
 * each: `ORIGIN/subject/<id>`, the number of entries, base64(newest), `tree <size> <base64(root)>`, `kept
 * <kept>`.
 * @throws TypeError when the subject's name could be taken for other lines.
 */
export function subjectText(
  { subject, entries, newest, kept }: SubjectExtent,
  { origin, size, root }: Checkpoint,
): string {
  if (!isOneLine(subject)) throw new TypeError('the name of a subject must be one line');
  return `${origin}/subject/${subject}\n${entries}\n${toBase64(newest)}\ntree ${size} ${toBase64(root)}\nkept ${kept}\n`;
}

/**
 * Reads such a text for the tree of `checkpoint`. Null when it belongs to another log or tree, or when its
 * numbers are impossible.
 */
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

/** True for the text that earlier versions signed about a subject. It names no tree, so it proves nothing. */
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
    (entries === 0) === equal(newest, EMPTY_ROOT)
  );
}

function isOneLine(subject: string): boolean {
  return subject !== '' && !/\p{Cc}/u.test(subject);
}
