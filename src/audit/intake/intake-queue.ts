import type { EntityManager } from 'typeorm';
import { base64, wholeNumber } from '../../database/column-transformers.js';
import { isPostgres } from '../../database/is-postgres.js';
import type { AuditRecord } from '../record/audit-record.entity.js';
import { INTAKE, type IntakeRow, ofIntakeRow } from '../record/intake-row.js';
import type { AuditSubject } from '../log/audit-subject.entity.js';
import type { Position } from '../log/log-rows.js';

/**
 * The oldest records, at most `limit`, and where they stand. Nobody else takes them or erases them: that needs the lock of the
 * log as well. Each comes as one text of JSON, for a driver takes twice as long to hand over a column for each value.
 */
export async function oldestRecords(
  tx: EntityManager,
  limit: number,
): Promise<{ records: AuditRecord[]; positions: Position[] }> {
  const array = isPostgres(tx) ? 'json_build_array' : 'json_array';
  const rows = await tx.query<{ position: Position; record: IntakeRow | string }[]>(
    `SELECT position, ${array}(${INTAKE.columns.join()}) AS record FROM audit_intake ORDER BY position LIMIT ${limit}`,
  );
  // PostgreSQL's driver has parsed it already.
  const records = rows.map(({ record }) =>
    ofIntakeRow(typeof record === 'string' ? (JSON.parse(record) as IntakeRow) : record),
  );
  return { records, positions: rows.map(({ position }) => position) };
}

/** How far the chains of everybody have come who is in these records. */
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
