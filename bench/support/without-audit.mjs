// Preloaded before the service (`node --import`): nobody listens for the audit trail, so that its cost can be seen.
const { AuditListener } = await import('../../dist/audit/intake/audit.listener.js');
const { SystemJournal } = await import('../../dist/audit/intake/system-journal.js');

// Nest finds listeners by what the decorator left on the method; this one has nothing.
AuditListener.prototype.record = async () => undefined;
SystemJournal.prototype.recordStart = async () => undefined;
SystemJournal.prototype.recordStop = async () => undefined;
