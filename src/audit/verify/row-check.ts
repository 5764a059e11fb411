import type { AuditEntry } from '../log/audit-entry.js';
import type { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import type { AuditPrivate } from '../log/audit-private.entity.js';
import { Unsealable } from '../../encryption/unsealable.js';
import { leafHash } from '../merkle/hashing.js';
import {
  checkPersonal,
  earlier,
  type EntryChains,
  type Fault,
  readEntry,
  type Personal,
} from './entry-chain.js';

/** A row of the log with its related rows. */
export interface StoredRow {
  readonly row: AuditLogEntry;
  /** In plain, or why that cannot be. */
  readonly personal: AuditPrivate | Unsealable | undefined;
  /** Its leaf in the stored tree. */
  readonly leaf: Buffer | undefined;
}

/** The result for one row of the log. */
export interface RowVerdict {
  readonly fault: Fault | null;
  /** True when its personal values were erased. */
  readonly withheld: boolean;
}

/**
 * Compares a row with its leaf, its columns with its entry, and its personal values with both. Follows the
 * subject's chain.
 */
export function checkRow({ row, personal, leaf: stored }: StoredRow, chains: EntryChains): RowVerdict {
  const { seq } = row;
  const faults: (Fault | null)[] = [];
  const leaf = leafHash(row.entry);
  if (stored?.equals(leaf) !== true) faults.push({ seq, reason: 'the entry is not the one that was logged' });
  const entry = readEntry(row.entry);
  if (entry === null) {
    faults.push({ seq, reason: 'the entry is malformed' });
    return { fault: faults.reduce(earlier, null), withheld: false };
  }
  if (!sameColumns(row, entry as AuditEntry)) faults.push({ seq, reason: 'the row differs from its entry' });
  faults.push(chains.follow(entry, leaf));
  if (personal instanceof Unsealable) {
    faults.push({ seq, reason: reasonOf(personal) });
    return { fault: faults.reduce(earlier, null), withheld: false };
  }
  const values = personal === undefined ? null : personalOf(personal);
  const verdict = checkPersonal(entry, values);
  if (verdict !== 'withheld') faults.push(verdict);
  const ip = (values?.values as { ip?: string } | null | undefined)?.ip ?? null;
  if (personal !== undefined && (personal.ip !== ip || personal.occurredAt !== row.occurredAt))
    faults.push({ seq, reason: 'the row of the personal values differs from the entry' });
  return { fault: faults.reduce(earlier, null), withheld: verdict === 'withheld' };
}

function reasonOf({ reason, keyId }: Unsealable): string {
  return reason === 'damaged'
    ? 'the sealed personal values were changed, or are those of another entry'
    : `the personal values are sealed under the key ${keyId}, which ENCRYPTION_KEY lacks`;
}

function sameColumns(row: AuditLogEntry, entry: AuditEntry): boolean {
  return (
    row.seq === entry.seq &&
    row.id === entry.id &&
    row.subject === entry.subject &&
    row.actorId === entry.actor.id &&
    row.action === entry.action &&
    row.outcome === entry.outcome &&
    row.resource === entry.resource &&
    row.requestId === entry.request_id &&
    row.occurredAt === entry.occurred_at
  );
}

function personalOf(personal: AuditPrivate): Personal {
  const salt = personal.salt.toString('base64');
  try {
    return { salt, values: JSON.parse(personal.values) as unknown };
  } catch {
    // Not JSON. The comparison with the digest will fail.
    return { salt, values: personal.values };
  }
}
