import type { EntityManager } from 'typeorm';
import { AuditState, STATE_ID } from './audit-state.entity.js';

/**
 * Locks out every sequencer until the caller's transaction ends: no record moves from the intake into the log
 * between two of its statements.
 */
export async function lockLog(tx: EntityManager): Promise<void> {
  await tx.update(AuditState, { id: STATE_ID }, { id: STATE_ID });
}
