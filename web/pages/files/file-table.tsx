import { useState } from 'preact/hooks';
import { discard, rename, restore } from '../../api/files.js';
import type { ListState, PagedList } from '../../api/paged-list.js';
import { readProfile } from '../../api/profile.js';
import type { StoredFile } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { LongTable } from '../../parts/long-table.js';
import { toast } from '../../parts/toasts.js';
import { arrived } from '../../uploads/uploads.js';
import { FileCells } from './file-cells.js';
import { focusBeside, focusRow } from './row-focus.js';

interface FileTableProps {
  readonly list: PagedList<StoredFile>;
  readonly state: ListState<StoredFile>;
  readonly show: (file: StoredFile) => void;
  readonly share: (file: StoredFile) => void;
}

const HEADS = [
  { name: 'Name', class: 'name' },
  { name: 'Size', class: 'size' },
  { name: 'Changed', class: 'time' },
  { name: 'Actions', class: 'acts', unseen: true },
];

/** The files as a table. F2 renames the row with the focus, Delete moves it to the trash. */
export function FileTable({ list, state, show, share }: FileTableProps) {
  const [renamed, setRenamed] = useState<string | null>(null);
  return (
    <LongTable
      list={list}
      state={state}
      heads={HEADS}
      rowKeys={(file, { key, target }) => {
        if (target instanceof HTMLInputElement) return;
        if (key === 'F2') setRenamed(file.id);
        if (key === 'Delete') inBackground(discardFile(list, file));
      }}
      row={(file) => (
        <FileCells
          file={file}
          renaming={renamed === file.id}
          show={show}
          share={share}
          startRename={setRenamed}
          endRename={(name) => {
            setRenamed(null);
            focusRow(file.id);
            if (name !== null && name !== file.name) inBackground(renameFile(list, file, name));
          }}
          remove={() => inBackground(discardFile(list, file))}
        />
      )}
    />
  );
}

/** The new name shows at once. If the service does not take it, the old one is back. */
async function renameFile(list: PagedList<StoredFile>, file: StoredFile, name: string): Promise<void> {
  list.change(file.id, { name });
  try {
    // It may be in the trash by now.
    list.change(file.id, await rename(file.id, name));
  } catch (error) {
    list.change(file.id, { name: file.name });
    throw error;
  }
}

/** Into the trash, at once; the toast brings it back. */
async function discardFile(list: PagedList<StoredFile>, file: StoredFile): Promise<void> {
  focusBeside(list.state.value.items, file.id);
  const putBack = list.take(file.id);
  try {
    await discard(file.id);
  } catch (error) {
    putBack();
    throw error;
  }
  const undo = async () => {
    const restored = await restore(file.id);
    putBack();
    arrived.value = restored;
    focusRow(file.id);
    await readProfile();
  };
  toast({
    text: `“${file.name}” is in the trash.`,
    action: { label: 'Undo', run: () => inBackground(undo()) },
  });
  await readProfile();
}
