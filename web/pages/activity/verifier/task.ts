import type { ProofReport, ProofTask } from './check-proof.js';
import type { CheckProgress, ExportReport, ExportTask } from './check-export.js';

/** What the worker can do, with what it needs and what it answers. */
export interface Tasks {
  /** The checkpoint at the end of an export, as it stands there. */
  readonly checkpoint: { readonly given: Blob; readonly found: string | null };
  readonly export: { readonly given: ExportTask; readonly found: ExportReport };
  readonly proof: { readonly given: ProofTask; readonly found: ProofReport };
}

export type TaskName = keyof Tasks;

/** What the page sends to the worker. */
export type Request = { [K in TaskName]: { readonly name: K; readonly given: Tasks[K]['given'] } }[TaskName];

/** What the worker sends to the page: how far it is, then what it has found, or why it could not go on. */
export type Answer =
  | { readonly type: 'progress'; readonly progress: CheckProgress }
  | { readonly type: 'found'; readonly found: Tasks[TaskName]['found'] }
  | { readonly type: 'failed'; readonly message: string };
