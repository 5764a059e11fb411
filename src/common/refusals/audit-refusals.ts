import { refusal, retryAfter } from './refusal.js';

/** Refusals about the audit trail, or because it cannot be written. */
export const auditRefusals = {
  entryNotFound: refusal(
    'entry_not_found',
    404,
    'No such audit entry',
    'You have no audit entry with this id.',
  ),
  auditUnavailable: refusal(
    'audit_unavailable',
    503,
    'The audit trail cannot be written',
    (cause?: unknown) => ({
      detail: 'The audit trail cannot be written, so nothing was done; try again shortly.',
      headers: retryAfter(2),
      cause,
    }),
  ),
  auditInconsistent: refusal(
    'audit_inconsistent',
    503,
    'The audit log is inconsistent',
    (cause?: unknown) => ({
      detail:
        'The audit log contradicts what was verified before; nothing is proved from it until an operator has looked.',
      headers: retryAfter(60),
      cause,
    }),
  ),
};
