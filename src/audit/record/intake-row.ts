import { getMetadataArgsStorage, type ValueTransformer } from 'typeorm';
import { errors } from '../../common/refusals/errors.js';
import type { RowTarget } from '../../database/deferred-rows.js';
import { AuditRecord, readable } from './audit-record.entity.js';

/** A row of the intake, with its values in the order of `INTAKE.columns`. */
export type IntakeRow = readonly (string | null)[];

export interface IntakeColumn {
  readonly name: string;
  readonly member: keyof AuditRecord;
  readonly transformer: ValueTransformer | undefined;
}

/**
 * The columns that the entity declares. Records are written at every request, so they do not pass through
 * TypeORM.
 */
export const INTAKE_COLUMNS: readonly IntakeColumn[] = getMetadataArgsStorage()
  .filterColumns(AuditRecord)
  .map(({ propertyName, options }): IntakeColumn => ({
    name: options.name ?? propertyName,
    member: propertyName as keyof AuditRecord,
    transformer: options.transformer as ValueTransformer | undefined,
  }));

/** The table where records are written first. */
export const INTAKE: RowTarget = {
  table: 'audit_intake',
  columns: INTAKE_COLUMNS.map(({ name }) => name),
  refused: (cause) => errors.auditUnavailable(cause),
};

/** A record as a row of the intake. */
export function toIntakeRow(record: AuditRecord): IntakeRow {
  return INTAKE_COLUMNS.map(({ member, transformer }) => {
    const value: unknown = record[member];
    return (transformer === undefined ? value : transformer.to(value)) as string | null;
  });
}

/** The record that a row of the intake holds. @throws SyntaxError when one of its JSON texts is damaged. */
export function ofIntakeRow(row: IntakeRow): AuditRecord {
  return recordOf(row, (text) => JSON.parse(text) as unknown);
}

/** Like `ofIntakeRow`, with a note of its size in place of a JSON text that is damaged. */
export function shownIntakeRow(row: IntakeRow): AuditRecord {
  return recordOf(row, readable);
}

function recordOf(row: IntakeRow, parse: (text: string) => unknown): AuditRecord {
  const record: Partial<Record<keyof AuditRecord, unknown>> = {};
  for (const [index, { member, transformer }] of INTAKE_COLUMNS.entries()) {
    const value = row[index] ?? null;
    record[member] = transformer === undefined || value === null ? value : parse(value);
  }
  return record as AuditRecord;
}
