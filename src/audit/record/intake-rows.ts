import { Inject, Injectable } from '@nestjs/common';
import { MasterKeys } from '../../encryption/master-keys.js';
import { AUDIT_INTAKE } from '../../encryption/sealed-places.js';
import { type Row, SealedRows } from '../../encryption/sealed-rows.js';
import { Unsealable } from '../../encryption/unsealable.js';
import type { AuditRecord } from './audit-record.entity.js';
import { INTAKE, type IntakeRow, ofIntakeRow, shownIntakeRow, toIntakeRow } from './intake-row.js';

/** The columns that are sealed, or to which the sealed text is bound, and their places in a row. */
const PLACES = [...AUDIT_INTAKE.boundTo, ...Object.keys(AUDIT_INTAKE.columns)].map(
  (name) => [name, INTAKE.columns.indexOf(name)] as const,
);

/** Records as rows of the intake. In an encrypted installation their personal values are sealed. */
@Injectable()
export class IntakeRows {
  readonly #sealed: SealedRows | null;

  constructor(@Inject(MasterKeys) keys: MasterKeys | null) {
    this.#sealed = SealedRows.of(AUDIT_INTAKE, keys);
  }

  toRow(record: AuditRecord): IntakeRow {
    const row = toIntakeRow(record);
    const sealed = this.#sealed;
    return sealed === null ? row : changed(row, (columns) => sealed.seal(columns));
  }

  /** @throws {Unsealable}, or SyntaxError when a JSON text is damaged. */
  ofRow(row: IntakeRow): AuditRecord {
    return ofIntakeRow(this.#opened(row));
  }

  /** What the trail shows: a note stands for values that are damaged, so that the other records are shown. */
  shown(row: IntakeRow): AuditRecord {
    try {
      return shownIntakeRow(this.#opened(row));
    } catch (error) {
      if (!(error instanceof Unsealable)) throw error;
      // The text is no JSON, so its size is shown. The sequencer reports the record.
      return shownIntakeRow(changed(row, (columns) => ({ ...columns, ip: null, user_agent: null })));
    }
  }

  #opened(row: IntakeRow): IntakeRow {
    const sealed = this.#sealed;
    return sealed === null ? row : changed(row, (columns) => sealed.open(columns));
  }
}

function changed(row: IntakeRow, change: (columns: Row) => Row): IntakeRow {
  const columns = change(Object.fromEntries(PLACES.map(([name, at]) => [name, row[at] ?? null])));
  const result = [...row];
  for (const [name, at] of PLACES) result[at] = columns[name] as string | null;
  return result;
}
