import type { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import type { AuditPrivate } from '../log/audit-private.entity.js';

/** An entry of the log with the personal values that stand beside it; undefined when there are none or they are erased. */
export interface ExportedEntry {
  readonly logged: AuditLogEntry;
  readonly secret: AuditPrivate | undefined;
}
