import type { KeyedHash } from './keyed-hash.js';
import type { MasterKeys } from './master-keys.js';
import type { SealedPlace, Stands } from './sealed-places.js';
import { isSealedText, type Sealer } from './sealer.js';
import { Unsealable } from './unsealable.js';

/** The columns of a row by their names. Those of the place hold a text or null. */
export type Row = Readonly<Record<string, string | number | null>>;

/**
 * Seals and opens the rows of one place. The sealed text is a JSON object of the place's columns. It is bound to the table, the
 * column, the row, and the keyed hashes in the row, so that it opens nowhere else.
 *
 * To seal a row under the first key, whatever it was before: `isCurrent(row) ? row : seal(open(row))`.
 */
export class SealedRows {
  readonly #columns: readonly (readonly [name: string, stands: Stands])[];
  /** The column of the sealed text. */
  readonly #into: string;
  readonly #hashed: readonly string[];
  readonly #sealer: Sealer;
  readonly #hash: KeyedHash;

  constructor(
    private readonly place: SealedPlace,
    keys: MasterKeys,
  ) {
    this.#columns = Object.entries(place.columns);
    const those = (kind: Stands) =>
      this.#columns.filter(([, stands]) => stands === kind).map(([name]) => name);
    [this.#into] = those('sealed text') as [string];
    this.#hashed = those('keyed hash');
    this.#sealer = keys.sealer(place.purpose);
    this.#hash = keys.hash('address');
  }

  /** The rows of a place in this installation. Null when it is not encrypted. */
  static of(place: SealedPlace, keys: MasterKeys | null): SealedRows | null {
    return keys && new SealedRows(place, keys);
  }

  /** A plain row as it is stored. A row with nothing to seal stays as it is. */
  seal<R extends Row>(row: R): R {
    if (this.#isEmpty(row)) return row;
    const stored: Record<string, string | number | null> = { ...row };
    const values: Record<string, unknown> = {};
    for (const [name, stands] of this.#columns) {
      const value = row[name];
      values[name] = value;
      if (stands === 'keyed hash') stored[name] = typeof value === 'string' ? this.#hash.of(value) : null;
      else if (stands !== 'sealed text') stored[name] = stands === 'null' ? null : '';
    }
    stored[this.#into] = this.#sealer.seal(Buffer.from(JSON.stringify(values)), this.#contextOf(stored));
    return stored as R;
  }

  /**
   * A stored row in plain, whether or not it is sealed.
   * @throws {Unsealable} when it was changed, is that of another row, or is sealed under another key.
   */
  open<R extends Row>(row: R): R {
    if (!this.isSealed(row)) return row;
    try {
      const text = this.#sealer.open(this.#textOf(row), this.#contextOf(row));
      return { ...row, ...(JSON.parse(text.toString()) as Row) };
    } catch (error) {
      if (!(error instanceof Unsealable)) throw error;
      const { table, boundTo } = this.place;
      // The other columns may be what a client has sent, and this is logged.
      const where = `${table} ${row[boundTo[0]!]}`;
      throw new Unsealable(error.reason, error.keyId, error, where);
    }
  }

  isSealed(row: Row): boolean {
    return isSealedText(this.#textOf(row));
  }

  /** True when the row is sealed under the first key, or has nothing to seal. */
  isCurrent(row: Row): boolean {
    return this.isSealed(row) ? this.#sealer.isCurrent(this.#textOf(row)) : this.#isEmpty(row);
  }

  /** The text in the column of the sealed text. */
  #textOf(row: Row): string {
    const text = row[this.#into];
    return typeof text === 'string' ? text : '';
  }

  #isEmpty(row: Row): boolean {
    return this.#columns.every(([name]) => (row[name] ?? null) === null);
  }

  /** `TABLE.COLUMN`, the values that identify the row, and the keyed hashes, with spaces between them. */
  #contextOf(stored: Row): string {
    const parts = [...this.place.boundTo, ...this.#hashed].map((name) => stored[name] ?? '');
    return [`${this.place.table}.${this.#into}`, ...parts].join(' ');
  }
}
