import type { Purpose } from './master-key.js';

/**
 * What stands in a column of a sealed row: the sealed text of all the columns, the keyed hash of its value (null stays null), null, or
 * an empty text where null is not allowed.
 */
export type Stands = 'sealed text' | 'keyed hash' | 'null' | 'empty text';

/**
 * Columns of a table whose values are sealed together, as one text for each row. Of a plain row, the column of the sealed text holds
 * null, JSON, or for `factors` a text without a second dot. So nothing that was plain is ever taken for sealed.
 */
export interface SealedPlace {
  readonly table: string;
  readonly purpose: Purpose;
  /** Rows are read in this order, and written one by one. */
  readonly primaryKey: readonly string[];
  /** The columns that the sealed text is bound to, beside the table, its column and the keyed hashes. They never change. */
  readonly boundTo: readonly string[];
  /** One of them has the sealed text. */
  readonly columns: Readonly<Record<string, Stands>>;
  /** True where a trigger refuses UPDATE. A row is deleted and inserted in one transaction; when nothing was deleted, it was erased. */
  readonly replacedWhole: boolean;
}

/** Records that have no place in the log yet. */
export const AUDIT_INTAKE: SealedPlace = {
  table: 'audit_intake',
  purpose: 'audit record',
  primaryKey: ['position'],
  boundTo: ['id'],
  columns: { ip: 'keyed hash', user_agent: 'null', personal: 'sealed text' },
  replacedWhole: false,
};

/** The personal values of the log, with their salts: without them, a guess could be compared with the digest in the entry. */
export const AUDIT_PRIVATE: SealedPlace = {
  table: 'audit_private',
  purpose: 'audit values',
  primaryKey: ['seq'],
  boundTo: ['seq'],
  columns: { ip: 'keyed hash', salt: 'empty text', private_values: 'sealed text' },
  replacedWhole: true,
};

/** Where users have signed in from. */
export const SESSIONS: SealedPlace = {
  table: 'sessions',
  purpose: 'session',
  primaryKey: ['id'],
  boundTo: ['id'],
  columns: { ip: 'keyed hash', user_agent: 'null', personal: 'sealed text' },
  replacedWhole: false,
};

/** Mails that wait. */
export const MAILS: SealedPlace = {
  table: 'mails',
  purpose: 'mail',
  primaryKey: ['id'],
  boundTo: ['id'],
  columns: { recipient: 'null', facts: 'sealed text' },
  replacedWhole: false,
};

/** What retries of uploads are answered. */
export const IDEMPOTENCY_KEYS: SealedPlace = {
  table: 'idempotency_keys',
  purpose: 'upload result',
  primaryKey: ['owner_id', 'idempotency_key'],
  boundTo: ['owner_id', 'idempotency_key'],
  columns: { file: 'sealed text' },
  replacedWhole: false,
};

/**
 * Secrets of second factors, in base64. In an installation without master keys they are sealed too, under `FACTOR_KEY`: whoever seals
 * such a row anew opens it with `SealedSecrets` first.
 */
export const FACTORS: SealedPlace = {
  table: 'factors',
  purpose: 'factor secret',
  primaryKey: ['id'],
  boundTo: ['id'],
  columns: { sealed_secret: 'sealed text' },
  replacedWhole: false,
};

/** Every place with sealed columns. What has to be sealed anew under another key is found by this list. */
export const SEALED_PLACES: readonly SealedPlace[] = [
  AUDIT_INTAKE,
  AUDIT_PRIVATE,
  SESSIONS,
  MAILS,
  IDEMPOTENCY_KEYS,
  FACTORS,
];
