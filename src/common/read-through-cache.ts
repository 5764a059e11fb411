import { LRUCache } from 'lru-cache';

interface Limits<V> {
  readonly max: number;
  readonly ttlMs: number;
  /** True when a cached value has expired. It is then read again. */
  readonly isOver?: (value: V) => boolean;
}

/**
 * Keeps values for a short time, so that most requests need no database query. Concurrent calls with the same
 * key share one read. Call `forget` after a change in this process. Changes by other processes are seen after
 * `ttlMs`, counted from the start of the read.
 */
export class ReadThroughCache<V extends NonNullable<unknown> | null> {
  readonly #values: LRUCache<string, { readonly value: V }>;
  readonly #loading = new Map<string, Promise<V>>();
  readonly #isOver: (value: V) => boolean;

  constructor(
    { max, ttlMs, isOver = () => false }: Limits<V>,
    private readonly load: (key: string) => Promise<V>,
  ) {
    this.#values = new LRUCache({ max, ttl: ttlMs });
    this.#isOver = isOver;
  }

  /** The value, without a promise when it is cached. Rejects when `load` rejects; nothing is cached then. */
  get(key: string): V | Promise<V> {
    const known = this.#values.get(key);
    if (known !== undefined && !this.#isOver(known.value)) return known.value;
    return this.#loading.get(key) ?? this.#read(key);
  }

  set(key: string, value: V): void {
    this.#loading.delete(key);
    this.#values.set(key, { value });
  }

  /** Makes the next `get` read again. A running read still answers its callers, but is not cached. */
  forget(key: string): void {
    this.#loading.delete(key);
    this.#values.delete(key);
  }

  /** Forgets every value that `matches`. Running reads are not cached, because they could match too. */
  forgetWhere(matches: (value: V) => boolean): void {
    this.#loading.clear();
    for (const [key, { value }] of this.#values.entries()) {
      if (matches(value)) this.#values.delete(key);
    }
  }

  async #read(key: string): Promise<V> {
    const start = performance.now();
    const reading = this.load(key);
    this.#loading.set(key, reading);
    try {
      const value = await reading;
      if (this.#loading.get(key) === reading) this.#values.set(key, { value }, { start });
      return value;
    } finally {
      if (this.#loading.get(key) === reading) this.#loading.delete(key);
    }
  }
}
