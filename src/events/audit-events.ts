interface Reading {
  /** The user whose entries were read. The reader's own id when all entries were read. */
  readonly userId: string;
  readonly everybody: boolean;
  readonly filters: readonly string[];
}

/** Events about the audit trail itself. */
export interface AuditEvents {
  'audit.read': Reading;
  'audit.exported': Reading & { readonly format: string };
  'audit.values_erased': { readonly count: number; readonly before: string };
  'audit.entries_pruned': { readonly count: number; readonly size: number };
}
