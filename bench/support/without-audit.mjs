// Loaded before the service (`node --import`). It switches the audit listener off, so that the cost of the
// trail can be measured.
const { AuditListener } = await import('../../dist/audit/intake/audit.listener.js');
const { SystemJournal } = await import('../../dist/audit/intake/system-journal.js');

// Nest finds listeners by metadata on the method. This replacement has none.
AuditListener.prototype.record = async () => undefined;
SystemJournal.prototype.recordStart = async () => undefined;
SystemJournal.prototype.recordStop = async () => undefined;
