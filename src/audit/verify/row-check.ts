import type { AuditEntry } from '../log/audit-entry.js';
import type { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import type { AuditPrivate } from '../log/audit-private.entity.js';
import { leafHash } from '../merkle/hashing.js';
import { checkSecret, earlier, type EntryChains, type Fault, readEntry, type Secret } from './entry-chain.js';

/** A row of the log, and what the database has beside it. */
export interface StoredRow {
  readonly row: AuditLogEntry;
  readonly secret: AuditPrivate | undefined;
  /** Its leaf in the stored tree. */
  readonly leaf: Buffer | undefined;
}

/** What one row of the log shows. */
export interface RowVerdict {
  readonly fault: Fault | null;
  /** Its personal values have been erased. */
  readonly withheld: boolean;
}

/** Compares a row with its leaf, its columns with its entry, and its personal values with both; follows the subject's chain. */
export function checkRow({ row, secret, leaf: stored }: StoredRow, chains: EntryChains): RowVerdict {
  const { seq } = row;
  const faults: (Fault | null)[] = [];
  const leaf = leafHash(row.entry);
  if (stored?.equals(leaf) !== true) faults.push({ seq, reason: 'the entry is not the one that was logged' });
  const entry = readEntry(row.entry);
  if (entry === null) {
    faults.push({ seq, reason: 'the entry is malformed' });
    return { fault: faults.reduce(earlier, null), withheld: false };
  }
  if (!sameColumns(row, entry as AuditEntry))
    faults.push({ seq, reason: 'the row says something else than its entry' });
  faults.push(chains.follow(entry, leaf));
  const values = secret === undefined ? null : secretOf(secret);
  const verdict = checkSecret(entry, values);
  if (verdict !== 'withheld') faults.push(verdict);
  const ip = (values?.values as { ip?: string } | null | undefined)?.ip ?? null;
  if (secret !== undefined && (secret.ip !== ip || secret.occurredAt !== row.occurredAt))
    faults.push({ seq, reason: 'the personal values stand beside other ones' });
  return { fault: faults.reduce(earlier, null), withheld: verdict === 'withheld' };
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

function secretOf(secret: AuditPrivate): Secret {
  const salt = secret.salt.toString('base64');
  try {
    return { salt, values: JSON.parse(secret.values) as unknown };
  } catch {
    // Not JSON, so not what was hashed: the digest will say so.
    return { salt, values: secret.values };
  }
}
