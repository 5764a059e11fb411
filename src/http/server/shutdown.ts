import { Logger } from '@nestjs/common';
import { within } from '../../common/within.js';

/** A part of the service that can be stopped. */
export interface StoppablePhase {
  readonly name: string;
  readonly run: () => Promise<void> | void;
}

const logger = new Logger('Shutdown');

/**
 * Runs the phases of a shutdown in order and logs each. The grace ends at `deadline`. A phase that is still
 * running then is no longer awaited, and the next one begins.
 * @returns true when every phase ended in time and without an error.
 */
export async function runPhases(phases: readonly StoppablePhase[], deadline: number): Promise<boolean> {
  let clean = true;
  for (const phase of phases) {
    const begun = Date.now();
    const outcome = await settle(phase, deadline);
    logger.log({ phase: phase.name, outcome, ms: Date.now() - begun }, `shutdown: ${phase.name} ${outcome}`);
    clean &&= outcome === 'done';
  }
  return clean;
}

/**
 * The least time, in milliseconds, for phases after the grace: writing the last audit records and closing the
 * database.
 */
const AFTER_GRACE_MS = 5000;

async function settle(phase: StoppablePhase, deadline: number): Promise<'done' | 'timed out' | 'failed'> {
  const ms = Math.max(deadline - Date.now(), AFTER_GRACE_MS);
  try {
    const work = Promise.resolve(phase.run()).then(() => 'done' as const);
    return await within(ms, work, () => 'timed out' as const);
  } catch (error) {
    logger.error({ err: error as Error }, `shutdown: ${phase.name} failed`);
    return 'failed';
  }
}
