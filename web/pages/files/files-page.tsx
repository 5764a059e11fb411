import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api/access.js';
import type { StoredFile } from '../../api/types.js';
import { FilePicker } from '../../parts/file-picker.js';
import { Icon } from '../../parts/icon.js';
import { ListStates } from '../../parts/list-states.js';
import { SearchField } from '../../parts/search-field.js';
import { usePagedList } from '../../parts/use-paged-list.js';
import { add, arrived } from '../../uploads/uploads.js';
import { DropZone } from './drop-zone.js';
import { FileSheet } from './file-sheet.js';
import { FileTable } from './file-table.js';
import { ShareDialog } from './share-dialog.js';
import './files.css';

/** The files of the user: a list that one scrolls, searches, and drops files on. */
export function FilesPage() {
  const [search, setSearch] = useState('');
  const [list, state] = usePagedList<StoredFile>(
    (cursor, signal) => api.files.list({ query: { limit: 100, cursor, name: search || undefined }, signal }),
    [search],
  );
  const [shown, setShown] = useState<StoredFile | null>(null);
  const [shared, setShared] = useState<StoredFile | null>(null);
  useEffect(
    () =>
      arrived.follow((file) => {
        if (file === null) return;
        if (matches(file, search)) list.put(file);
        setShown((before) => (before?.id === file.id ? file : before));
      }),
    [list],
  );
  return (
    <div class="page">
      <DropZone take={add} />
      <div class="page-head files-head">
        <h1>Files</h1>
        <SearchField label="Search by name" longest={255} take={setSearch} />
        <FilePicker class="button main" take={add}>
          <Icon name="upload" />
          Upload
        </FilePicker>
      </div>
      <ListStates list={list} state={state} empty={<Empty search={search} />}>
        <FileTable list={list} state={state} show={setShown} share={setShared} />
      </ListStates>
      {shown !== null && (
        <FileSheet
          file={shown}
          changed={(file) => {
            list.put(file);
            setShown(file);
          }}
          close={() => setShown(null)}
        />
      )}
      {shared !== null && <ShareDialog file={shared} close={() => setShared(null)} />}
    </div>
  );
}

function Empty({ search }: { readonly search: string }) {
  if (search !== '')
    return (
      <div class="empty">
        <Icon name="search" />
        <h2>No file is called like “{search}”</h2>
      </div>
    );
  return (
    <div class="empty card first">
      <Icon name="upload" />
      <h2>Drop your first files here</h2>
      <p>
        They are private: only you can open them, until you share a link. Everything that happens to them is
        in your trail.
      </p>
      <FilePicker class="button" take={add}>
        Choose files
      </FilePicker>
    </div>
  );
}

function matches({ name }: StoredFile, search: string): boolean {
  return name.toLowerCase().includes(search.toLowerCase());
}
