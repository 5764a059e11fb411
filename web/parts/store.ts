import { useLayoutEffect, useReducer } from 'preact/hooks';

/** A value that parts of the page follow. */
export class Store<T> {
  #value: T;
  readonly #followers = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const follow of [...this.#followers]) follow(value);
  }

  /** @returns what ends it. */
  follow(follower: (value: T) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}

/** The value of a store, now and whenever it changes. */
export function useStore<T>(store: Store<T>): T {
  const drawn = store.value;
  const [, redraw] = useReducer<number, void>((turn) => turn + 1, 0);
  useLayoutEffect(() => {
    // A part within may have changed it already.
    if (!Object.is(store.value, drawn)) redraw();
    return store.follow(() => redraw());
  }, [store]);
  return drawn;
}
