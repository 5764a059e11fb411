import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { ListState, PagedList } from '../api/paged-list.js';
import { RowBones } from './row-bones.js';
import { useRowHeight } from './use-row-height.js';
import { useWindow } from './use-window.js';
import './long-table.css';

interface Head {
  readonly name: string;
  readonly class: string;
  /** For screen readers only. */
  readonly unseen?: boolean;
}

interface LongTableProps<T extends { readonly id: string }> {
  readonly list: PagedList<T>;
  readonly state: ListState<T>;
  readonly heads: readonly Head[];
  /** The cells of a row. */
  readonly row: (item: T) => ComponentChildren;
  readonly rowKeys?: (item: T, event: KeyboardEvent) => void;
}

/** So many rows before the end the next page is read. */
const AHEAD = 40;

/** A table of any length: pages are read as one scrolls, and only the rows near the screen exist. */
export function LongTable<T extends { readonly id: string }>(props: LongTableProps<T>) {
  const { list, state, heads, row, rowKeys } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const rowHeight = useRowHeight();
  const { items, loading, more, error } = state;
  const { first, end } = useWindow(body, items.length, rowHeight);
  useEffect(() => {
    if (more && error === null && end > items.length - AHEAD) void list.more();
  }, [end, items.length, more, error]);
  const below = (items.length - end) * rowHeight;
  // One cell: a wider one would make columns that a phone does not have.
  const gap = (height: number) => (
    <tr class="gap" aria-hidden="true" style={{ height: `${height}px` }}>
      <td />
    </tr>
  );
  return (
    <div class="card table-card">
      <table class="long-table" aria-rowcount={more ? -1 : items.length + 1} aria-busy={loading}>
        <thead>
          <tr aria-rowindex={1}>
            {heads.map((head) => (
              <th key={head.name} scope="col" class={head.class}>
                {head.unseen ? <span class="unseen">{head.name}</span> : head.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {first > 0 && gap(first * rowHeight)}
          {items.slice(first, end).map((item, index) => (
            <Row key={item.id} item={item} index={first + index + 2} cells={row} keys={rowKeys} />
          ))}
          {below > 0 && gap(below)}
          {loading && <RowBones count={items.length === 0 ? 8 : 2} />}
        </tbody>
      </table>
      {error !== null && (
        <p class="table-fault" role="alert">
          The rest could not be read.{' '}
          <button type="button" class="link" onClick={() => void list.more()}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}

interface RowProps<T> {
  readonly item: T;
  /** Counts from 1, with the row of the heads. */
  readonly index: number;
  readonly cells: (item: T) => ComponentChildren;
  readonly keys?: (item: T, event: KeyboardEvent) => void;
}

/** A row. Its cells are drawn once, however often the window moves over them. */
function Row<T>({ item, index, cells, keys }: RowProps<T>) {
  const drawn = useMemo(() => cells(item), [cells, item]);
  return (
    <tr aria-rowindex={index} onKeyDown={keys && ((event) => keys(item, event))}>
      {drawn}
    </tr>
  );
}
