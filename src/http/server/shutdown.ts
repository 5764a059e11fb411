import { Logger } from '@nestjs/common';
import { within } from '../../common/within.js';

/** Anything that can be asked to end, and says when it has. */
export interface StoppablePhase {
  readonly name: string;
  readonly run: () => Promise<void> | void;
}

const logger = new Logger('Shutdown');

/**
 * Runs the phases of a stop in order, each on record. `deadline` is when the grace ends; a phase that is
 * still running then is left behind and the next begins.
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

/** At least this long for phases that come after the grace: draining the trail and closing the database. */
const LAST_WORDS_MS = 5000;

async function settle(phase: StoppablePhase, deadline: number): Promise<'done' | 'timed out' | 'failed'> {
  const ms = Math.max(deadline - Date.now(), LAST_WORDS_MS);
  try {
    const work = Promise.resolve(phase.run()).then(() => 'done' as const);
    return await within(ms, work, () => 'timed out' as const);
  } catch (error) {
    logger.error({ err: error as Error }, `shutdown: ${phase.name} failed`);
    return 'failed';
  }
}
