import type { Checkpoint } from '../merkle/checkpoint.js';
import type { Fault } from './entry-chain.js';

/** The export cannot be judged: it is none, has no checkpoint, or is of a format that says too little. */
export class NoVerdict extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoVerdict';
  }
}

/** What an export is: everything, everything of one user, or what was chosen of it. */
export const EXPORT_KINDS = ['log', 'subject', 'selection'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

export interface Verdict {
  /** Null when every line is proved and, but for a selection, none is missing. */
  readonly fault: Fault | null;
  readonly kind: ExportKind;
  readonly checkpoint: Checkpoint;
  /** Whose entries; null when they are not one user's. */
  readonly subject: string | null;
  readonly rows: number;
  /** Entries whose personal values have been erased. */
  readonly withheld: number;
  /** Entries that retention has removed: of the log, or of the one user. */
  readonly pruned: number;
}
