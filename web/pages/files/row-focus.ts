import type { StoredFile } from '../../api/types.js';

/** The id of the button that opens a file in the table. */
export const rowButtonId = (fileId: string) => `file-${fileId}`;

/** Gives the focus to the row of a file once the list is drawn as it is now, unless something else has it by then. */
export function focusRow(fileId: string): void {
  focusLost(rowButtonId(fileId));
}

/** Gives it to the row after that of a file which goes away, or the one before, or else to the page. */
export function focusBeside(items: readonly StoredFile[], fileId: string): void {
  const index = items.findIndex(({ id }) => id === fileId);
  const beside = items[index + 1] ?? items[index - 1];
  focusLost(beside === undefined ? 'content' : rowButtonId(beside.id));
}

function focusLost(id: string): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.getElementById(id)?.focus();
  });
}
