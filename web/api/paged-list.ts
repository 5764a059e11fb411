import { nextCursor } from '../../clients/typescript/src/main.js';
import { Store } from '../parts/store.js';
import { isGone } from './refusal.js';

export interface ListState<T> {
  readonly items: readonly T[];
  /** Whether the service has more. */
  readonly more: boolean;
  readonly loading: boolean;
  /** Why the last page could not be read. */
  readonly error: unknown;
}

/** Asks for a page of a list: the first one, or the one at a cursor. */
export type ReadPage<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<readonly T[]>;

/** Pages of a filtered list may be empty and still have a next one. So many are read in one go. */
const PAGES_AT_ONCE = 25;

/** A list of the service, read page by page. What the user changes is changed here without reading it anew. */
export class PagedList<T extends { readonly id: string }> {
  readonly state = new Store<ListState<T>>({ items: [], more: true, loading: false, error: null });
  readonly #end = new AbortController();
  #next: string | undefined;

  constructor(private readonly read: ReadPage<T>) {}

  /** Reads the next page, unless one is being read or there is none. */
  async more(): Promise<void> {
    const { loading, more } = this.state.value;
    if (loading || !more) return;
    this.#set({ loading: true, error: null });
    try {
      for (let read = 0; read < PAGES_AT_ONCE; read++) if (await this.#readPage()) break;
      this.#set({ loading: false });
    } catch (error) {
      if (!this.#end.signal.aborted) this.#set({ loading: false, error });
    }
  }

  /** Puts what is new on top. What was read before stays. */
  async refresh(): Promise<void> {
    if (this.state.value.loading) return;
    const fresh = this.#unknown(await this.read(undefined, this.#end.signal));
    if (fresh.length > 0) this.#set({ items: [...fresh, ...this.state.value.items] });
  }

  /** Nobody looks at it any more. */
  close(): void {
    this.#end.abort();
  }

  /** Puts an item in the place of its former self, or else at the top. */
  put(item: T): void {
    const { items } = this.state.value;
    const known = items.some(({ id }) => id === item.id);
    this.#set({
      items: known ? items.map((other) => (other.id === item.id ? item : other)) : [item, ...items],
    });
  }

  /** Changes a part of an item, as it is now. */
  change(id: string, part: Partial<T>): void {
    const { items } = this.state.value;
    this.#set({ items: items.map((item) => (item.id === id ? { ...item, ...part } : item)) });
  }

  /** Takes an item out. @returns what puts it back where it was. */
  take(id: string): () => void {
    const before = this.state.value.items;
    const index = before.findIndex((item) => item.id === id);
    if (index === -1) return () => undefined;
    this.#set({ items: before.toSpliced(index, 1) });
    return () => {
      const { items } = this.state.value;
      if (!items.some((item) => item.id === id))
        this.#set({ items: items.toSpliced(index, 0, before[index]!) });
    };
  }

  /**
   * Takes an item out while `work` does so at the service. It is back where it was when that fails, unless it
   * is gone already. @throws what `work` throws.
   */
  async without(id: string, work: () => Promise<unknown>): Promise<void> {
    const putBack = this.take(id);
    try {
      await work();
    } catch (error) {
      if (!isGone(error)) putBack();
      throw error;
    }
  }

  clear(): void {
    this.#set({ items: [], more: false });
  }

  /** @returns true when it brought something, or was the last. */
  async #readPage(): Promise<boolean> {
    const page = await this.read(this.#next, this.#end.signal);
    const fresh = this.#unknown(page);
    this.#next = nextCursor(page);
    const more = this.#next !== undefined;
    this.#set({ items: [...this.state.value.items, ...fresh], more });
    return fresh.length > 0 || !more;
  }

  #unknown(items: readonly T[]): T[] {
    const known = new Set(this.state.value.items.map(({ id }) => id));
    return items.filter(({ id }) => !known.has(id));
  }

  #set(part: Partial<ListState<T>>): void {
    this.state.value = { ...this.state.value, ...part };
  }
}
