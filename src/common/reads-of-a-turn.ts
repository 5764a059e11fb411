/** A read that its callers wait for. */
interface Waiting<V> {
  readonly answer: Promise<V>;
  readonly resolve: (value: V) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads everything that is asked for in one turn of the event loop together, and what is asked for several times only once. It keeps
 * nothing: a later turn reads again.
 */
export class ReadsOfATurn<V> {
  #asked = new Map<string, Waiting<V>>();

  /** `load` reads the values of keys that differ. Its result has all of them. */
  constructor(private readonly load: (keys: string[]) => Promise<ReadonlyMap<string, V>>) {}

  /** The value as stored now. Rejects when `load` rejects. */
  get(key: string): Promise<V> {
    if (this.#asked.size === 0) setImmediate(() => void this.#ask());
    const waiting = this.#asked.get(key) ?? waitFor<V>();
    this.#asked.set(key, waiting);
    return waiting.answer;
  }

  async #ask(): Promise<void> {
    const asked = this.#asked;
    this.#asked = new Map();
    try {
      const values = await this.load([...asked.keys()]);
      for (const [key, { resolve }] of asked) resolve(values.get(key)!);
    } catch (error) {
      for (const { reject } of asked.values()) reject(error);
    }
  }
}

function waitFor<V>(): Waiting<V> {
  let resolve: Waiting<V>['resolve'] = () => undefined;
  let reject: Waiting<V>['reject'] = () => undefined;
  const answer = new Promise<V>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { answer, resolve, reject };
}
