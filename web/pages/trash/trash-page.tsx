import { useEffect } from 'preact/hooks';
import { api } from '../../api/access.js';
import { emptyTrash, purge, restore } from '../../api/files.js';
import type { PagedList } from '../../api/paged-list.js';
import { readProfile } from '../../api/profile.js';
import type { TrashedFile } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { ConfirmButton } from '../../parts/confirm-button.js';
import { iconOf, kindOf } from '../../parts/file-kind.js';
import { Icon } from '../../parts/icon.js';
import { ListStates } from '../../parts/list-states.js';
import { LongTable } from '../../parts/long-table.js';
import { sizeOf } from '../../parts/size.js';
import { distanceOf, momentOf } from '../../parts/time.js';
import { toast } from '../../parts/toasts.js';
import { usePagedList } from '../../parts/use-paged-list.js';
import { arrived } from '../../uploads/uploads.js';

/** What was deleted and can be restored. */
export function TrashPage() {
  const [list, state] = usePagedList<TrashedFile>((cursor, signal) =>
    api.trash.list({ query: { limit: 100, cursor }, signal }),
  );
  // Undo of a deletion, while one looks at the trash.
  useEffect(() => arrived.follow((file) => file !== null && list.take(file.id)), [list]);
  return (
    <div class="page">
      <div class="page-head">
        <h1>Trash</h1>
        {state.items.length > 0 && (
          <ConfirmButton
            class="button"
            question="Delete everything for good?"
            run={() => inBackground(emptyAll(list))}
          >
            Empty the trash
          </ConfirmButton>
        )}
        <p>Deleted files stay here for a while. They count in your storage.</p>
      </div>
      <ListStates
        list={list}
        state={state}
        empty={
          <div class="empty">
            <Icon name="trash" />
            <h2>The trash is empty</h2>
          </div>
        }
      >
        <LongTable
          list={list}
          state={state}
          heads={[
            { name: 'Name', class: 'name' },
            { name: 'Size', class: 'size' },
            { name: 'Removed', class: 'time' },
            { name: 'Actions', class: 'acts wide', unseen: true },
          ]}
          row={(file) => <TrashedRow file={file} list={list} />}
        />
      </ListStates>
    </div>
  );
}

function TrashedRow({ file, list }: { readonly file: TrashedFile; readonly list: PagedList<TrashedFile> }) {
  return (
    <>
      <td class="name">
        <span class={`kind ${kindOf(file.mime_type)}`}>
          <Icon name={iconOf(file.mime_type)} />
        </span>
        <span class="what">
          <span class="open" title={file.name}>
            {file.name}
          </span>
          <span class="under small quiet number">
            {sizeOf(file.size)}, gone {distanceOf(file.expires)}
          </span>
        </span>
      </td>
      <td class="size number">{sizeOf(file.size)}</td>
      <td class="time">
        <time dateTime={file.expires} title={momentOf(file.expires)}>
          {distanceOf(file.expires)}
        </time>
      </td>
      <td class="acts wide">
        <span class="act-row">
          <button
            type="button"
            class="button plain low"
            aria-label={`Restore ${file.name}`}
            onClick={() => inBackground(bringBack(list, file))}
          >
            <Icon name="restore" />
            <span class="wide-only">Restore</span>
          </button>
          <ConfirmButton
            class="button plain low"
            label={`Delete ${file.name} for good`}
            question="For good?"
            run={() => inBackground(purgeFile(list, file))}
          >
            <Icon name="trash" />
          </ConfirmButton>
        </span>
      </td>
    </>
  );
}

async function bringBack(list: PagedList<TrashedFile>, file: TrashedFile): Promise<void> {
  await list.without(file.id, () => restore(file.id));
  toast({ text: `“${file.name}” is among your files again.` });
  await readProfile();
}

async function purgeFile(list: PagedList<TrashedFile>, file: TrashedFile): Promise<void> {
  await list.without(file.id, () => purge(file.id));
  await readProfile();
}

async function emptyAll(list: PagedList<TrashedFile>): Promise<void> {
  await emptyTrash();
  list.clear();
  await readProfile();
}
