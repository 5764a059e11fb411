interface Reading {
  /** Whose entries, or the reader's own id when everybody's. */
  readonly userId: string;
  readonly everybody: boolean;
  readonly filters: readonly string[];
}

/** What happens to the trail itself. */
export interface AuditEvents {
  'audit.read': Reading;
  'audit.exported': Reading & { readonly format: string };
  'audit.values_erased': { readonly count: number; readonly before: string };
  'audit.entries_pruned': { readonly count: number; readonly size: number };
}
