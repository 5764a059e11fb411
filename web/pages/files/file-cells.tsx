import { save } from '../../api/contents.js';
import type { StoredFile } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { iconOf, kindOf } from '../../parts/file-kind.js';
import { Icon } from '../../parts/icon.js';
import { Menu } from '../../parts/menu.js';
import { sizeOf } from '../../parts/size.js';
import { briefOf, momentOf } from '../../parts/time.js';
import { RenameField } from './rename-field.js';
import { rowButtonId } from './row-focus.js';

interface FileCellsProps {
  readonly file: StoredFile;
  readonly renaming: boolean;
  readonly show: (file: StoredFile) => void;
  readonly share: (file: StoredFile) => void;
  readonly startRename: (id: string) => void;
  /** @param name null when it stays. */
  readonly endRename: (name: string | null) => void;
  readonly remove: () => void;
}

/** The cells of a file in the table. */
export function FileCells({ file, renaming, show, share, startRename, endRename, remove }: FileCellsProps) {
  const { id, name, size, updated, version } = file;
  const download = () => inBackground(save({ id }, file));
  return (
    <>
      <td class="name">
        <span class={`kind ${kindOf(file.mime_type)}`}>
          <Icon name={iconOf(file.mime_type)} />
        </span>
        {renaming ? (
          <RenameField name={name} end={endRename} />
        ) : (
          <span class="what">
            <button type="button" id={rowButtonId(id)} class="open" title={name} onClick={() => show(file)}>
              {name}
            </button>
            <span class="under small quiet number">
              {sizeOf(size)}, {briefOf(updated)}
            </span>
          </span>
        )}
        {version > 1 && !renaming && (
          <span class="chip" title={`Version ${version}`}>
            v{version}
          </span>
        )}
      </td>
      <td class="size number">{sizeOf(size)}</td>
      <td class="time">
        <time dateTime={updated} title={momentOf(updated)}>
          {briefOf(updated)}
        </time>
      </td>
      <td class="acts">
        <span class="act-row">
          <button
            type="button"
            class="button plain square low quick"
            aria-label={`Share ${name}`}
            onClick={() => share(file)}
          >
            <Icon name="link" />
          </button>
          <button
            type="button"
            class="button plain square low quick"
            aria-label={`Download ${name}`}
            onClick={download}
          >
            <Icon name="download" />
          </button>
          <Menu label={`More for ${name}`} class="button plain square low" face={<Icon name="more" />}>
            <button type="button" onClick={() => show(file)}>
              <Icon name="eye" />
              Open
            </button>
            <button type="button" onClick={download}>
              <Icon name="download" />
              Download
            </button>
            <button type="button" onClick={() => share(file)}>
              <Icon name="link" />
              Share
            </button>
            <button type="button" onClick={() => startRename(id)}>
              <Icon name="edit" />
              Rename
            </button>
            <hr />
            <button type="button" class="danger" onClick={remove}>
              <Icon name="trash" />
              Move to the trash
            </button>
          </Menu>
        </span>
      </td>
    </>
  );
}
