import type { EntityManager } from 'typeorm';
import { INTAKE } from '../../audit/record/intake-row.js';
import { IntakeRows } from '../../audit/record/intake-rows.js';
import { recordOfEvent } from '../../audit/record/record-of-event.js';
import type { AppConfig } from '../../config/app-config.js';
import { insertRows } from '../../database/insert-rows.js';
import type { MasterKeys } from '../../encryption/master-keys.js';
import type { DomainEvent } from '../../events/domain-event.js';

/** Records an event in the transaction of what it tells. The record gets its place in the log when a service runs. */
export async function recordIn(
  tx: EntityManager,
  config: AppConfig,
  keys: MasterKeys,
  event: DomainEvent,
): Promise<void> {
  const record = recordOfEvent(event, config.audit.emailHashKey);
  await insertRows(tx, INTAKE.table, INTAKE.columns, [new IntakeRows(keys).toRow(record)]);
}
