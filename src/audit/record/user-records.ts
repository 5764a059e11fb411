import type { UserEvents } from '../../events/user-events.js';
import { type About, aboutUser, codes, OTHER, type RecordTable } from './record-table.js';
import type { Values } from './values.js';

const ACCOUNT_CHANGE = 3001;
const AUTHENTICATION = 3002;
const USER_ACCESS = 3005;
const API_ACTIVITY = 6003;

const PASSWORD_CHANGE = codes('notice', [ACCOUNT_CHANGE, 3], ['iam', 'change']);
const USER_DELETE = codes('notice', [ACCOUNT_CHANGE, 6], ['iam', 'deletion']);

const aboutSignIn = ({ userId }: { readonly userId: string | null }): About =>
  userId === null ? { subject: null, resource: null } : aboutUser({ userId });

/** The invitation with which a user registered. */
const invited = ({ invitationId }: { readonly invitationId?: string }): Values =>
  invitationId === undefined ? {} : { invitation_id: invitationId };

export const USER_RECORDS = {
  'user.registered': {
    action: 'USER_REGISTER',
    outcome: 'success',
    codes: codes('info', [ACCOUNT_CHANGE, 1], ['iam', 'creation']),
    about: aboutUser,
    metadata: invited,
    personal: ({ email }) => ({ email }),
  },
  'user.signed_in': {
    action: 'USER_LOGIN',
    outcome: 'success',
    codes: codes('info', [AUTHENTICATION, 1], ['authentication', 'start']),
    about: aboutUser,
    metadata: ({ sessionId }) => ({ session_id: sessionId }),
  },
  'user.sign_in_failed': {
    action: 'LOGIN_FAILED',
    outcome: ({ reason }) => (reason === 'account_disabled' ? 'denied' : 'failure'),
    codes: codes('warning', [AUTHENTICATION, 1], ['authentication', 'start']),
    about: aboutSignIn,
    metadata: ({ userId, email, reason }, hashEmail): Values =>
      userId === null && email !== null ? { email_hash: hashEmail(email), reason } : { reason },
    personal: ({ userId, email }) => (userId === null || email === null ? null : { email }),
  },
  'user.second_factor_required': {
    action: 'LOGIN_CHALLENGE',
    outcome: 'success',
    codes: codes('info', [AUTHENTICATION, OTHER], ['authentication', 'info']),
    about: aboutUser,
  },
  'user.signed_out': {
    action: 'USER_LOGOUT',
    outcome: 'success',
    codes: codes('info', [AUTHENTICATION, 2], ['authentication', 'end']),
    about: aboutUser,
    metadata: ({ sessionId }) => ({ session_id: sessionId }),
  },
  'user.profile_updated': {
    action: 'PROFILE_UPDATE',
    outcome: 'success',
    codes: codes('info', [ACCOUNT_CHANGE, OTHER], ['iam', 'change']),
    about: aboutUser,
    metadata: ({ fields }) => ({ fields }),
  },
  'user.password_changed': {
    action: 'PASSWORD_CHANGE',
    outcome: 'success',
    codes: PASSWORD_CHANGE,
    about: aboutUser,
    metadata: ({ sessionsEnded }) => ({ sessions_ended: sessionsEnded }),
  },
  'user.password_change_refused': {
    action: 'PASSWORD_CHANGE',
    outcome: 'denied',
    codes: PASSWORD_CHANGE,
    about: aboutUser,
    metadata: ({ reason }) => ({ reason }),
  },
  'user.password_reset_requested': {
    action: 'PASSWORD_RESET_REQUEST',
    outcome: 'success',
    codes: codes('notice', [ACCOUNT_CHANGE, OTHER], ['iam', 'info']),
    about: aboutSignIn,
    metadata: ({ userId, email }, hashEmail): Values =>
      userId === null ? { email_hash: hashEmail(email) } : {},
  },
  'user.password_reset': {
    action: 'PASSWORD_RESET',
    outcome: 'success',
    codes: codes('notice', [ACCOUNT_CHANGE, 4], ['iam', 'change']),
    about: aboutUser,
    metadata: ({ sessionsEnded }) => ({ sessions_ended: sessionsEnded }),
  },
  'user.email_verified': {
    action: 'EMAIL_VERIFY',
    outcome: 'success',
    codes: codes('info', [ACCOUNT_CHANGE, OTHER], ['iam', 'change']),
    about: aboutUser,
    personal: ({ email }) => ({ email }),
  },
  'user.email_change_requested': {
    action: 'EMAIL_CHANGE_REQUEST',
    outcome: 'success',
    codes: codes('notice', [ACCOUNT_CHANGE, OTHER], ['iam', 'info']),
    about: aboutUser,
    personal: ({ email }) => ({ email }),
  },
  'user.email_changed': {
    action: 'EMAIL_CHANGE',
    outcome: 'success',
    codes: codes('notice', [ACCOUNT_CHANGE, OTHER], ['iam', 'change']),
    about: aboutUser,
    personal: ({ email, previous }) => ({ email, previous }),
  },
  'user.listed': {
    action: 'USER_LIST',
    outcome: 'success',
    codes: codes('info', [API_ACTIVITY, 2], ['iam', 'info']),
    about: ({ userId }) => ({ subject: userId, resource: 'users' }),
    metadata: ({ count, filters }) => ({ count, filters }),
  },
  'user.disabled': {
    action: 'USER_DISABLE',
    outcome: 'success',
    codes: codes('notice', [ACCOUNT_CHANGE, 5], ['iam', 'change']),
    about: aboutUser,
    metadata: ({ sessionsEnded }) => ({ sessions_ended: sessionsEnded }),
  },
  'user.enabled': {
    action: 'USER_ENABLE',
    outcome: 'success',
    codes: codes('notice', [ACCOUNT_CHANGE, 2], ['iam', 'change']),
    about: aboutUser,
  },
  'user.quota_set': {
    action: 'QUOTA_SET',
    outcome: 'success',
    codes: codes('notice', [ACCOUNT_CHANGE, OTHER], ['iam', 'change']),
    about: aboutUser,
    metadata: ({ bytes }) => ({ bytes }),
  },
  'user.deleted': { action: 'USER_DELETE', outcome: 'success', codes: USER_DELETE, about: aboutUser },
  'user.deletion_refused': {
    action: 'USER_DELETE',
    outcome: 'denied',
    codes: USER_DELETE,
    about: aboutUser,
    metadata: ({ reason }) => ({ reason }),
  },
  'role.granted': {
    action: 'ROLE_GRANT',
    outcome: 'success',
    codes: codes('notice', [USER_ACCESS, 1], ['iam', 'change']),
    about: aboutUser,
    metadata: ({ invitationId, role }) => ({ ...invited({ invitationId }), role }),
  },
  'role.revoked': {
    action: 'ROLE_REVOKE',
    outcome: 'success',
    codes: codes('notice', [USER_ACCESS, 2], ['iam', 'change']),
    about: aboutUser,
    metadata: ({ role }) => ({ role }),
  },
} as const satisfies RecordTable<UserEvents>;
