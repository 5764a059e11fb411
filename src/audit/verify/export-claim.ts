import type { Bytes } from '../merkle/platform.js';
import type { ReadEntry, Fault } from './entry-chain.js';
import type { ExportLine } from './export-line.js';
import type { ExportKind } from './export-verdict.js';

/** A line of an export, with its entry parsed and hashed. */
export interface ExportedLine {
  readonly line: ExportLine;
  readonly entry: ReadEntry;
  readonly leaf: Bytes;
}

/**
 * The entries that retention has removed from the front, by its signed note: their number, and the roots of
 * their perfect subtrees.
 */
export interface PrunedFront {
  readonly size: number;
  readonly roots: readonly Bytes[];
}

/** What an export claims to contain. It checks each line in turn, and at the end that nothing is missing. */
export interface ExportClaim {
  readonly kind: ExportKind;
  readonly subject: string | null;
  /** How many of the claimed entries retention has removed. */
  readonly pruned: number;
  take(line: ExportedLine): Fault | null;
  finish(): Fault | null;
}
