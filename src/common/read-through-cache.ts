import { LRUCache } from 'lru-cache';

interface Limits<V> {
  readonly max: number;
  readonly ttlMs: number;
  /** Whether the value has come to an end that was known beforehand; it is then read again. */
  readonly isOver?: (value: V) => boolean;
}

/**
 * Values read a moment ago, so that not every request asks the database. Those who ask for the same key at the same
 * time share one read. What is changed here is to be set or forgotten here; others see it when `ttlMs` has passed since
 * the read began.
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

  /** The value, at once when it is known. Rejects when `load` does; nothing is then remembered. */
  get(key: string): V | Promise<V> {
    const known = this.#values.get(key);
    if (known !== undefined && !this.#isOver(known.value)) return known.value;
    return this.#loading.get(key) ?? this.#read(key);
  }

  set(key: string, value: V): void {
    this.#loading.delete(key);
    this.#values.set(key, { value });
  }

  /** The next `get` reads again. A read that is under way answers those who wait for it, and is not kept. */
  forget(key: string): void {
    this.#loading.delete(key);
    this.#values.delete(key);
  }

  /** Forgets every value that `matches`; reads under way may be such, and are not kept either. */
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
