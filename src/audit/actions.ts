export type Severity = 'info' | 'notice' | 'warning' | 'critical';
export type Outcome = 'success' | 'failure' | 'denied' | 'aborted';

interface ActionSpec {
  readonly severity: Severity;
  /** Keys of the entry's own metadata, which stays for ever: nothing personal. */
  readonly metadata: readonly string[];
  /** Keys of the values that stand beside the entry and go when the person goes. */
  readonly personal: readonly string[];
  /** OCSF 1.x class and activity. */
  readonly ocsf: { readonly class: number; readonly activity: number };
  /** Elastic Common Schema `event.category` and `event.type`. */
  readonly ecs: { readonly category: string; readonly type: string };
}

const ACCOUNT_CHANGE = 3001;
const AUTHENTICATION = 3002;
const AUTHORIZE_SESSION = 3003;
const USER_ACCESS = 3005;
const API_ACTIVITY = 6003;
const FILE_HOSTING = 6006;
const APPLICATION_LIFECYCLE = 6002;
const OTHER = 99;

/** Every action that can be in the trail. The names are the specification's and do not change. */
export const ACTIONS = {
  USER_REGISTER: {
    severity: 'info',
    metadata: [],
    personal: ['email'],
    ocsf: { class: ACCOUNT_CHANGE, activity: 1 },
    ecs: { category: 'iam', type: 'creation' },
  },
  USER_LOGIN: {
    severity: 'info',
    metadata: ['session_id'],
    personal: [],
    ocsf: { class: AUTHENTICATION, activity: 1 },
    ecs: { category: 'authentication', type: 'start' },
  },
  LOGIN_FAILED: {
    severity: 'warning',
    metadata: ['reason', 'email_hash'],
    personal: ['email'],
    ocsf: { class: AUTHENTICATION, activity: 1 },
    ecs: { category: 'authentication', type: 'start' },
  },
  USER_LOGOUT: {
    severity: 'info',
    metadata: ['session_id'],
    personal: [],
    ocsf: { class: AUTHENTICATION, activity: 2 },
    ecs: { category: 'authentication', type: 'end' },
  },
  TOKEN_REFRESH: {
    severity: 'info',
    metadata: ['session_id', 'grace'],
    personal: [],
    ocsf: { class: AUTHENTICATION, activity: 4 },
    ecs: { category: 'authentication', type: 'info' },
  },
  TOKEN_REUSE: {
    severity: 'critical',
    metadata: ['session_id'],
    personal: [],
    ocsf: { class: AUTHENTICATION, activity: OTHER },
    ecs: { category: 'authentication', type: 'denied' },
  },
  SESSION_END: {
    severity: 'info',
    metadata: ['session_id', 'count', 'reason'],
    personal: [],
    ocsf: { class: AUTHENTICATION, activity: 2 },
    ecs: { category: 'session', type: 'end' },
  },
  PASSWORD_CHANGE: {
    severity: 'notice',
    metadata: ['reason', 'sessions_ended'],
    personal: [],
    ocsf: { class: ACCOUNT_CHANGE, activity: 3 },
    ecs: { category: 'iam', type: 'change' },
  },
  PROFILE_UPDATE: {
    severity: 'info',
    metadata: ['fields'],
    personal: [],
    ocsf: { class: ACCOUNT_CHANGE, activity: OTHER },
    ecs: { category: 'iam', type: 'change' },
  },
  USER_DELETE: {
    severity: 'notice',
    metadata: ['reason'],
    personal: [],
    ocsf: { class: ACCOUNT_CHANGE, activity: 6 },
    ecs: { category: 'iam', type: 'deletion' },
  },
  KEY_CREATE: {
    severity: 'notice',
    metadata: ['key_id', 'scopes'],
    personal: ['key_name'],
    ocsf: { class: AUTHORIZE_SESSION, activity: 1 },
    ecs: { category: 'iam', type: 'creation' },
  },
  KEY_REVOKE: {
    severity: 'notice',
    metadata: ['key_id'],
    personal: [],
    ocsf: { class: AUTHORIZE_SESSION, activity: OTHER },
    ecs: { category: 'iam', type: 'deletion' },
  },
  ACCESS_DENIED: {
    severity: 'warning',
    metadata: ['reason'],
    personal: [],
    ocsf: { class: API_ACTIVITY, activity: 2 },
    ecs: { category: 'web', type: 'denied' },
  },
  RATE_LIMITED: {
    severity: 'warning',
    metadata: ['reason'],
    personal: [],
    ocsf: { class: API_ACTIVITY, activity: OTHER },
    ecs: { category: 'web', type: 'denied' },
  },
  FILE_UPLOAD: {
    severity: 'info',
    metadata: ['size', 'sha256', 'mime_type'],
    personal: ['filename'],
    ocsf: { class: FILE_HOSTING, activity: 1 },
    ecs: { category: 'file', type: 'creation' },
  },
  FILE_REFUSED: {
    severity: 'notice',
    metadata: ['reason'],
    personal: [],
    ocsf: { class: FILE_HOSTING, activity: 1 },
    ecs: { category: 'file', type: 'denied' },
  },
  FILE_LIST: {
    severity: 'info',
    metadata: ['count'],
    personal: [],
    ocsf: { class: API_ACTIVITY, activity: 2 },
    ecs: { category: 'file', type: 'access' },
  },
  FILE_DOWNLOAD: {
    severity: 'info',
    metadata: ['range', 'reason'],
    personal: ['filename'],
    ocsf: { class: FILE_HOSTING, activity: 2 },
    ecs: { category: 'file', type: 'access' },
  },
  FILE_RENAME: {
    severity: 'info',
    metadata: [],
    personal: ['filename'],
    ocsf: { class: FILE_HOSTING, activity: 5 },
    ecs: { category: 'file', type: 'change' },
  },
  FILE_DELETE: {
    severity: 'notice',
    metadata: [],
    personal: ['filename'],
    ocsf: { class: FILE_HOSTING, activity: 4 },
    ecs: { category: 'file', type: 'deletion' },
  },
  AUDIT_READ: {
    severity: 'info',
    metadata: ['filters'],
    personal: [],
    ocsf: { class: API_ACTIVITY, activity: 2 },
    ecs: { category: 'database', type: 'access' },
  },
  AUDIT_EXPORT: {
    severity: 'notice',
    metadata: ['format', 'filters'],
    personal: [],
    ocsf: { class: API_ACTIVITY, activity: 2 },
    ecs: { category: 'database', type: 'access' },
  },
  AUDIT_ERASE: {
    severity: 'notice',
    metadata: ['count', 'before'],
    personal: [],
    ocsf: { class: API_ACTIVITY, activity: 4 },
    ecs: { category: 'database', type: 'deletion' },
  },
  AUDIT_PRUNE: {
    severity: 'notice',
    metadata: ['count', 'size'],
    personal: [],
    ocsf: { class: API_ACTIVITY, activity: 4 },
    ecs: { category: 'database', type: 'deletion' },
  },
  ROLE_GRANT: {
    severity: 'notice',
    metadata: ['role'],
    personal: [],
    ocsf: { class: USER_ACCESS, activity: 1 },
    ecs: { category: 'iam', type: 'change' },
  },
  ROLE_REVOKE: {
    severity: 'notice',
    metadata: ['role'],
    personal: [],
    ocsf: { class: USER_ACCESS, activity: 2 },
    ecs: { category: 'iam', type: 'change' },
  },
  USER_LIST: {
    severity: 'info',
    metadata: ['count', 'filters'],
    personal: [],
    ocsf: { class: API_ACTIVITY, activity: 2 },
    ecs: { category: 'iam', type: 'info' },
  },
  USER_DISABLE: {
    severity: 'notice',
    metadata: ['sessions_ended'],
    personal: [],
    ocsf: { class: ACCOUNT_CHANGE, activity: 5 },
    ecs: { category: 'iam', type: 'change' },
  },
  USER_ENABLE: {
    severity: 'notice',
    metadata: [],
    personal: [],
    ocsf: { class: ACCOUNT_CHANGE, activity: 2 },
    ecs: { category: 'iam', type: 'change' },
  },
  SYSTEM_START: {
    severity: 'notice',
    metadata: ['last_stop_clean'],
    personal: [],
    ocsf: { class: APPLICATION_LIFECYCLE, activity: 3 },
    ecs: { category: 'process', type: 'start' },
  },
  SYSTEM_STOP: {
    severity: 'notice',
    metadata: [],
    personal: [],
    ocsf: { class: APPLICATION_LIFECYCLE, activity: 4 },
    ecs: { category: 'process', type: 'end' },
  },
} as const satisfies Record<string, ActionSpec>;

export type Action = keyof typeof ACTIONS;
