import type { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import type { AuditPrivate } from '../log/audit-private.entity.js';

/**
 * An entry of the log with its personal values. They are undefined when there are none or when they are
 * erased.
 */
export interface ExportedEntry {
  readonly logged: AuditLogEntry;
  readonly personal: AuditPrivate | undefined;
}
