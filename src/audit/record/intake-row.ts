import { getMetadataArgsStorage, type ValueTransformer } from 'typeorm';
import type { RowTarget } from '../../database/deferred-rows.js';
import { AuditRecord } from './audit-record.entity.js';

/** A row of the intake, with its values in the order of `INTAKE.columns`. */
export type IntakeRow = readonly (string | null)[];

interface Column {
  readonly name: string;
  readonly member: keyof AuditRecord;
  readonly transformer: ValueTransformer | undefined;
}

/**
 * The columns that the entity declares. Records are written at every request, so they do not pass through
 * TypeORM.
 */
const COLUMNS = getMetadataArgsStorage()
  .filterColumns(AuditRecord)
  .map(({ propertyName, options }): Column => ({
    name: options.name ?? propertyName,
    member: propertyName as keyof AuditRecord,
    transformer: options.transformer as ValueTransformer | undefined,
  }));

/** The table where records are written first. */
export const INTAKE: RowTarget = { table: 'audit_intake', columns: COLUMNS.map(({ name }) => name) };

/** A record as a row of the intake. */
export function toIntakeRow(record: AuditRecord): IntakeRow {
  return COLUMNS.map(({ member, transformer }) => {
    const value: unknown = record[member];
    return (transformer === undefined ? value : transformer.to(value)) as string | null;
  });
}

/** The record that a row of the intake holds. @throws SyntaxError when one of its JSON texts is damaged. */
export function ofIntakeRow(row: IntakeRow): AuditRecord {
  const record: Partial<Record<keyof AuditRecord, unknown>> = {};
  for (const [index, { member, transformer }] of COLUMNS.entries()) {
    const value = row[index] ?? null;
    record[member] = transformer === undefined || value === null ? value : (JSON.parse(value) as unknown);
  }
  return record as AuditRecord;
}
