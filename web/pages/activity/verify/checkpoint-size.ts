/** The number of entries that a checkpoint names, without any check. Null when it names none. */
export function sizeIn(note: string): number | null {
  const size = Number(note.split('\n')[1]);
  return Number.isSafeInteger(size) && size > 0 ? size : null;
}
