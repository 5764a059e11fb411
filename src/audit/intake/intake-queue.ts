import type { EntityManager } from 'typeorm';
import { base64, wholeNumber } from '../../database/column-transformers.js';
import { isPostgres } from '../../database/is-postgres.js';
import type { AuditRecord } from '../record/audit-record.entity.js';
import { INTAKE, type IntakeRow } from '../record/intake-row.js';
import type { AuditSubject } from '../log/audit-subject.entity.js';
import type { Position } from '../log/log-rows.js';
import { UnplaceableRecords } from './unplaceable-records.js';

/** A record in the intake. */
export interface WaitingRow {
  readonly id: string;
  readonly position: Position;
  readonly row: IntakeRow;
}

/** True when the intake has records other than `except`. */
export async function hasRecords(database: EntityManager, except: readonly string[]): Promise<boolean> {
  const { condition, parameters } = otherThan(database, except);
  const rows = await database.query<unknown[]>(`SELECT 1 FROM audit_intake ${condition} LIMIT 1`, parameters);
  return rows.length > 0;
}

/**
 * The oldest records except some, at most `limit`. No other transaction can move or erase them, because that
 * needs the log's lock too. Each record is read as one JSON text, because drivers are slow with many columns.
 * @throws UnplaceableRecords when one of them has bytes for a text, which only SQLite allows.
 */
export async function oldestRows(
  tx: EntityManager,
  limit: number,
  except: readonly string[],
): Promise<WaitingRow[]> {
  const { condition, parameters } = otherThan(tx, except);
  const oldest = `FROM audit_intake ${condition} ORDER BY position LIMIT ${limit}`;
  const array = isPostgres(tx) ? 'json_build_array' : 'json_array';
  try {
    const rows = await tx.query<(Omit<WaitingRow, 'row'> & { row: IntakeRow | string })[]>(
      `SELECT position, id, ${array}(${INTAKE.columns.join()}) AS row ${oldest}`,
      parameters,
    );
    // PostgreSQL's driver has parsed the JSON already.
    return rows.map(({ id, position, row }) => ({
      id,
      position,
      row: typeof row === 'string' ? (JSON.parse(row) as IntakeRow) : row,
    }));
  } catch (error) {
    if (!String((error as Error).message).includes('JSON cannot hold BLOB')) throw error;
    const rows = await tx.query<{ id: string }[]>(`SELECT id ${oldest}`, parameters);
    throw new UnplaceableRecords(
      rows.map(({ id }) => id),
      error,
    );
  }
}

/** The SQL condition that leaves records out, by their ids. Empty when there are none. */
export function otherThan(
  database: EntityManager,
  except: readonly string[],
): { condition: string; parameters: string[] } {
  if (except.length === 0) return { condition: '', parameters: [] };
  const list = isPostgres(database) ? 'json_array_elements_text($1)' : 'json_each(?)';
  return {
    condition: `WHERE id NOT IN (SELECT value FROM ${list})`,
    parameters: [JSON.stringify(except)],
  };
}

/** The chain states of all subjects and actors of these records. */
export async function chainsOf(
  tx: EntityManager,
  records: readonly AuditRecord[],
): Promise<Map<string, AuditSubject>> {
  const ids = new Set(records.map(({ subject }) => subject));
  for (const { actorId } of records) ids.add(actorId);
  ids.delete(null);
  const list = JSON.stringify([...ids]);
  const listed = isPostgres(tx) ? 'json_array_elements_text($1)' : 'json_each(?)';
  const rows = await tx.query<
    { subject: string; entries: number | string; last_leaf: string | null; erased_at: string | null }[]
  >(
    `SELECT subject, entries, last_leaf, erased_at FROM audit_subjects
     WHERE subject IN (SELECT value FROM ${listed})`,
    [list],
  );
  return new Map(
    rows.map(({ subject, entries, last_leaf, erased_at }) => [
      subject,
      {
        subject,
        entries: wholeNumber.from(entries) as number,
        lastLeaf: base64.from(last_leaf) as Buffer | null,
        erasedAt: erased_at,
      },
    ]),
  );
}
