import { diffLines } from 'diff';

/** A run of lines that both texts have, or only the earlier or the later one. */
export interface Change {
  readonly kind: 'same' | 'removed' | 'added';
  readonly lines: readonly string[];
}

/** So many lines around a change are shown. */
const AROUND = 3;

/** What has changed from one text to the other, with some lines around. Null in a list: lines that are the same were left out. */
export function changesOf(earlier: string, later: string): readonly (Change | null)[] {
  const parts = diffLines(earlier, later).map(({ value, added, removed }): Change => {
    const changed = added ? 'added' : 'removed';
    const kind = added || removed ? changed : 'same';
    return { kind, lines: value.replace(/\n$/, '').split('\n') };
  });
  return parts.flatMap((part, index) => {
    if (part.kind !== 'same') return [part];
    const head = index === 0 ? [] : part.lines.slice(0, AROUND);
    const tail = index === parts.length - 1 ? [] : part.lines.slice(-AROUND);
    if (head.length + tail.length >= part.lines.length) return [part];
    return [{ kind: 'same', lines: head } as const, null, { kind: 'same', lines: tail } as const].filter(
      (kept) => kept === null || kept.lines.length > 0,
    );
  });
}
