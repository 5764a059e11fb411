import type { SessionEvents } from '../../events/session-events.js';
import { aboutUser, codes, OTHER, type RecordTable } from './record-table.js';
import type { Values } from './values.js';

const AUTHENTICATION = 3002;

const CONFIRM = codes('info', [AUTHENTICATION, OTHER], ['authentication', 'info']);

export const SESSION_RECORDS = {
  'session.refreshed': {
    action: 'TOKEN_REFRESH',
    outcome: 'success',
    codes: codes('info', [AUTHENTICATION, 4], ['authentication', 'info']),
    about: aboutUser,
    metadata: ({ sessionId, grace }): Values =>
      grace ? { grace, session_id: sessionId } : { session_id: sessionId },
  },
  'session.confirmed': {
    action: 'SESSION_CONFIRM',
    outcome: 'success',
    codes: CONFIRM,
    about: aboutUser,
    metadata: ({ sessionId }) => ({ session_id: sessionId }),
  },
  'session.confirmation_refused': {
    action: 'SESSION_CONFIRM',
    outcome: 'denied',
    codes: CONFIRM,
    about: aboutUser,
    metadata: ({ sessionId, reason }) => ({ reason, session_id: sessionId }),
  },
  'session.token_reused': {
    action: 'TOKEN_REUSE',
    outcome: 'denied',
    codes: codes('critical', [AUTHENTICATION, OTHER], ['authentication', 'denied']),
    about: aboutUser,
    metadata: ({ sessionId }) => ({ session_id: sessionId }),
  },
  'session.ended': {
    action: 'SESSION_END',
    outcome: 'success',
    codes: codes('info', [AUTHENTICATION, 2], ['session', 'end']),
    about: aboutUser,
    metadata: ({ sessionId, count, reason }): Values =>
      reason === undefined ? { count, session_id: sessionId } : { count, reason, session_id: sessionId },
  },
} as const satisfies RecordTable<SessionEvents>;
