import type { EntityManager } from 'typeorm';
import { insertRows, upsertRows } from '../../database/insert-rows.js';
import { isPostgres } from '../../database/is-postgres.js';
import type { AuditRecord } from '../record/audit-record.entity.js';
import type { TileEdge } from '../merkle/tiles.js';
import type { SealedEntry } from './audit-entry.js';
import type { PrivateRows } from './private-rows.js';
import type { AuditSubject } from './audit-subject.entity.js';

const LOG_COLUMNS = [
  'seq',
  'id',
  'subject',
  'actor_id',
  'action',
  'outcome',
  'resource',
  'request_id',
  'occurred_at',
  'entry',
] as const;
const PRIVATE_COLUMNS = ['seq', 'occurred_at', 'ip', 'salt', 'private_values'] as const;
const SUBJECT_COLUMNS = ['subject', 'entries', 'last_leaf', 'erased_at'] as const;
const TILE_COLUMNS = ['level', 'tile_index', 'hashes'] as const;

/** The position of a record in the intake, as returned by the database driver. */
export type Position = number | string;

/** A record with its place. */
export interface PlacedEntry extends SealedEntry {
  readonly seq: number;
  readonly record: AuditRecord;
}

/** Inserts sealed entries into the log, with their personal values, chains and tiles. */
export async function storeBatch(
  tx: EntityManager,
  sealed: readonly PlacedEntry[],
  personalRows: PrivateRows,
  subjects: Map<string, AuditSubject>,
  edge: TileEdge,
): Promise<void> {
  const entries = sealed.map(({ seq, record, entry }) => [
    seq,
    record.id,
    record.subject,
    record.actorId,
    record.action,
    record.outcome,
    record.resource,
    record.requestId,
    record.occurredAt,
    entry,
  ]);
  const privateRows = sealed.flatMap(({ seq, record: { occurredAt, ip }, personal }) => {
    if (personal === null) return [];
    const { salt, values, ...row } = personalRows.seal({ seq, occurredAt, ip, ...personal });
    return [[row.seq, row.occurredAt, row.ip, salt.toString('base64'), values]];
  });
  const chains = [...subjects.values()].map(({ subject, entries: count, lastLeaf, erasedAt }) => [
    subject,
    count,
    lastLeaf?.toString('base64') ?? null,
    erasedAt,
  ]);
  const tiles = edge.changed().map(({ level, index, hashes }) => [level, index, hashes.toString('base64')]);
  await insertRows(tx, 'audit_log', LOG_COLUMNS, entries);
  await insertRows(tx, 'audit_private', PRIVATE_COLUMNS, privateRows);
  await upsertRows(tx, 'audit_subjects', SUBJECT_COLUMNS, 1, chains);
  await upsertRows(tx, 'audit_tiles', TILE_COLUMNS, 2, tiles);
}

/** Deletes records from the intake by their positions: the oldest ones, except those with the ids `except`. */
export async function emptyIntake(
  tx: EntityManager,
  positions: readonly Position[],
  except: readonly string[],
): Promise<void> {
  if (isPostgres(tx)) {
    // A record that was committed later may have a position between two of these.
    await tx.query('DELETE FROM audit_intake WHERE position = ANY($1)', [positions]);
  } else {
    await tx.query(
      'DELETE FROM audit_intake WHERE position <= ? AND id NOT IN (SELECT value FROM json_each(?))',
      [positions.at(-1), JSON.stringify(except)],
    );
  }
}
