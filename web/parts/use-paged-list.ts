import { useEffect, useMemo } from 'preact/hooks';
import { type ListState, PagedList, type ReadPage } from '../api/paged-list.js';
import { useStore } from './store.js';

/** The list that `read` reads. When `about` is another, it is another list. */
export function usePagedList<T extends { readonly id: string }>(
  read: ReadPage<T>,
  about: readonly unknown[] = [],
): readonly [PagedList<T>, ListState<T>] {
  const list = useMemo(() => new PagedList<T>(read), about);
  useEffect(() => {
    void list.more();
    return () => list.close();
  }, [list]);
  return [list, useStore(list.state)];
}
