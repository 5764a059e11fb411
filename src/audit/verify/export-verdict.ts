import type { Witnessed } from './cosigned.js';
import type { Checkpoint } from '../merkle/checkpoint.js';
import type { Fault } from './entry-chain.js';

/**
 * The export cannot be judged: it is not an export, has no checkpoint, or has a format with too little
 * information.
 */
export class NoVerdict extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoVerdict';
  }
}

/** The kinds of export: the whole log, all entries of one user, or a selection. */
export const EXPORT_KINDS = ['log', 'subject', 'selection'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

export interface Verdict {
  /** Null when every line is proved and, except in a selection, no entry is missing. */
  readonly fault: Fault | null;
  readonly kind: ExportKind;
  readonly checkpoint: Checkpoint;
  /** The user of the entries. Null when they are not of one user. */
  readonly subject: string | null;
  readonly rows: number;
  /** Entries whose personal values were erased. */
  readonly withheld: number;
  /** How many entries retention has removed: of the log, or of the one user. */
  readonly pruned: number;
  /** What the demanded witnesses have seen of the log. */
  readonly witnessed: readonly Witnessed[];
}
