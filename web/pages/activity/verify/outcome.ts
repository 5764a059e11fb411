import type { LogKey } from '../../../api/types.js';
import type { ExportReport } from '../verifier/check-export.js';

/** What this browser keeps of the last check: the next one is compared with it. */
export interface KeptCheckpoint {
  /** The key of the log. */
  readonly vkey: string;
  /** The checkpoint, as a signed note. */
  readonly note: string;
  /** When it was checked. */
  readonly at: string;
}

/** Whose entries are checked. */
export interface Scope {
  /** Null for the whole log. */
  readonly subject: string | null;
  /** True when the reader has to ask for one user, because the whole log is to be had too. */
  readonly named: boolean;
  /** The newest entry that the page shows, by its place in the log. Null when it shows none. */
  readonly seen: number | null;
}

/** True when the page shows an entry that the export does not reach: it is an older one. */
export function isOutdated({ report, scope }: Pick<Outcome, 'report' | 'scope'>): boolean {
  return report.verdict === 'whole' && scope.seen !== null && scope.seen >= report.logSize;
}

/** What a check has found, and what it was compared with. */
export interface Outcome {
  readonly report: ExportReport;
  readonly scope: Scope;
  readonly key: LogKey;
  /** What was kept of the last check. */
  readonly before: KeptCheckpoint | null;
  /** The size of the export in bytes. */
  readonly bytes: number;
  readonly at: string;
  /** In milliseconds: to fetch it, and to check it. */
  readonly fetched: number;
  readonly checked: number;
}
