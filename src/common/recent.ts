import { LRUCache } from 'lru-cache';

interface Limits {
  readonly max: number;
  readonly ttlMs: number;
}

/**
 * Values read a moment ago, so that not every request asks the database. Those who ask for the same key at the same
 * time share one read. What is changed here is to be set or forgotten here; others see it when `ttlMs` has passed.
 */
export class Recent<V extends NonNullable<unknown> | null> {
  readonly #values: LRUCache<string, { readonly value: V }>;
  readonly #loading = new Map<string, Promise<V>>();

  constructor(
    { max, ttlMs }: Limits,
    private readonly load: (key: string) => Promise<V>,
  ) {
    this.#values = new LRUCache({ max, ttl: ttlMs });
  }

  /** The value, at once when it is known. Rejects when `load` does; nothing is then remembered. */
  get(key: string): V | Promise<V> {
    const known = this.#values.get(key);
    if (known !== undefined) return known.value;
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
    const reading = this.load(key);
    this.#loading.set(key, reading);
    try {
      const value = await reading;
      if (this.#loading.get(key) === reading) this.#values.set(key, { value });
      return value;
    } finally {
      if (this.#loading.get(key) === reading) this.#loading.delete(key);
    }
  }
}
