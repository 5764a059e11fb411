import type { AuditEvents } from '../../events/audit-events.js';
import { type About, codes, type RecordTable } from './record-table.js';

const API_ACTIVITY = 6003;

const aboutReading = (event: { readonly userId: string; readonly everybody: boolean }): About => ({
  subject: event.userId,
  resource: event.everybody ? 'audit' : `audit:${event.userId}`,
});
const aboutLog = (): About => ({ subject: null, resource: 'audit' });

export const AUDIT_RECORDS = {
  'audit.read': {
    action: 'AUDIT_READ',
    outcome: 'success',
    codes: codes('info', [API_ACTIVITY, 2], ['database', 'access']),
    about: aboutReading,
    metadata: ({ filters }) => ({ filters }),
  },
  'audit.exported': {
    action: 'AUDIT_EXPORT',
    outcome: 'success',
    codes: codes('notice', [API_ACTIVITY, 2], ['database', 'access']),
    about: aboutReading,
    metadata: ({ filters, format }) => ({ filters, format }),
  },
  'audit.values_erased': {
    action: 'AUDIT_ERASE',
    outcome: 'success',
    codes: codes('notice', [API_ACTIVITY, 4], ['database', 'deletion']),
    about: aboutLog,
    metadata: ({ before, count }) => ({ before, count }),
  },
  'audit.entries_pruned': {
    action: 'AUDIT_PRUNE',
    outcome: 'success',
    codes: codes('notice', [API_ACTIVITY, 4], ['database', 'deletion']),
    about: aboutLog,
    metadata: ({ count, size }) => ({ count, size }),
  },
} as const satisfies RecordTable<AuditEvents>;
