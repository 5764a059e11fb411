import type { ComponentChildren } from 'preact';
import type { ListState, PagedList } from '../api/paged-list.js';
import { FaultCard } from './fault-card.js';

interface ListStatesProps<T extends { readonly id: string }> {
  readonly list: PagedList<T>;
  readonly state: ListState<T>;
  /** What stands in the place of a list without items. */
  readonly empty: ComponentChildren;
  /** The list, also while its first page is read. */
  readonly children: ComponentChildren;
}

/** A list in each of its states: there, empty, or not to be read. */
export function ListStates<T extends { readonly id: string }>(props: ListStatesProps<T>) {
  const { list, state, empty, children } = props;
  const { items, error, loading, more } = state;
  if (items.length > 0) return <>{children}</>;
  if (error !== null) return <FaultCard error={error} retry={() => void list.more()} />;
  return <>{loading || more ? children : empty}</>;
}
