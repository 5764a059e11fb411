import type { ReadEntry, Fault } from './entry-chain.js';
import type { ExportLine } from './export-line.js';
import type { ExportKind } from './export-verdict.js';

/** A line of an export with its entry as it was read and hashed. */
export interface ExportedLine {
  readonly line: ExportLine;
  readonly entry: ReadEntry;
  readonly leaf: Buffer;
}

/** What retention has removed from the front, as its signed note says: so many leaves under the roots of these perfect subtrees. */
export interface PrunedFront {
  readonly size: number;
  readonly roots: readonly Buffer[];
}

/** What an export claims to hold. It judges whether that is all there, each line in its turn and in the end. */
export interface ExportClaim {
  readonly kind: ExportKind;
  readonly subject: string | null;
  /** How many of the entries that it speaks of retention has removed. */
  readonly pruned: number;
  take(line: ExportedLine): Fault | null;
  finish(): Fault | null;
}
