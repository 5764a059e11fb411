import { useEffect, useMemo } from 'preact/hooks';
import { type ListState, PagedList } from '../api/paged-list.js';
import { useStore } from './store.js';

/** The list at an address. Another address is another list. */
export function usePagedList<T extends { readonly id: string }>(
  address: string,
): readonly [PagedList<T>, ListState<T>] {
  const list = useMemo(() => new PagedList<T>(address), [address]);
  useEffect(() => {
    void list.more();
    return () => list.close();
  }, [list]);
  return [list, useStore(list.state)];
}
