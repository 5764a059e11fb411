import type { Entry } from '../../api/types.js';
import { programOf } from '../../parts/program-name.js';
import { countOf, sizeOf } from '../../parts/size.js';

type Teller = (entry: Entry) => string;

/** What has happened, by the action of the entry. Refusals have words of their own below. */
export const SENTENCES: Readonly<Record<string, Teller>> = {
  USER_REGISTER: () => 'Made the account',
  USER_LOGIN: ({ user_agent: agent }) => `Signed in with ${programOf(agent)}`,
  LOGIN_FAILED: ({ metadata }) => `Sign-in refused: ${reasonOf(metadata)}`,
  LOGIN_CHALLENGE: () => 'Gave the right password, and was asked for the second factor',
  USER_LOGOUT: () => 'Signed out',
  PROFILE_UPDATE: () => 'Changed the profile',
  PASSWORD_CHANGE: ({ metadata }) => `Changed the password${endedOf(metadata)}`,
  PASSWORD_RESET_REQUEST: () => 'Asked for a link to a new password',
  PASSWORD_RESET: ({ metadata }) => `Chose a new password by a link${endedOf(metadata)}`,
  EMAIL_VERIFY: () => 'Confirmed the e-mail address',
  EMAIL_CHANGE_REQUEST: () => 'Asked for another e-mail address',
  EMAIL_CHANGE: () => 'Changed the e-mail address',
  USER_LIST: () => 'Listed the users',
  USER_DISABLE: () => 'Disabled the account',
  USER_ENABLE: () => 'Enabled the account again',
  USER_DELETE: () => 'Deleted the account',
  QUOTA_SET: ({ metadata: { bytes } }) =>
    typeof bytes === 'number' ? `Set the quota to ${sizeOf(bytes)}` : 'Set the quota to the general one',
  ROLE_GRANT: ({ metadata }) => `Gave the role ${textOf(metadata.role)}`,
  ROLE_REVOKE: ({ metadata }) => `Took the role ${textOf(metadata.role)}`,
  TOKEN_REFRESH: () => 'Stayed signed in',
  TOKEN_REUSE: () => 'A refresh token was used twice, so its session was ended',
  SESSION_CONFIRM: () => 'Confirmed the session',
  SESSION_END: ({ metadata: { count } }) =>
    typeof count === 'number' && count > 1 ? `Ended ${countOf(count, 'session')}` : 'Ended a session',
  KEY_CREATE: ({ metadata }) => `Made the API key ${quoted(metadata.key_name)}`,
  KEY_REVOKE: () => 'Revoked an API key',
  FACTOR_ADD: ({ metadata }) => `Added ${factorOf(metadata)}`,
  FACTOR_REMOVE: ({ metadata }) => `Removed ${factorOf(metadata)}`,
  FACTOR_COPY_SUSPECTED: () => 'Refused a passkey that may be a copy',
  RECOVERY_CODES_RENEW: () => 'Made new recovery codes',
  ACCESS_DENIED: ({ resource_type: type }) => `Was refused access to a ${type ?? 'route'}`,
  RATE_LIMITED: () => 'Sent too many requests',
  FILE_UPLOAD: ({ metadata }) => `Uploaded ${nameOf(metadata)}${sizeIn(metadata)}`,
  FILE_REPLACE: ({ metadata }) => `Gave ${nameOf(metadata)} a new content${sizeIn(metadata)}`,
  FILE_RESTORE: ({ metadata }) =>
    metadata.version === undefined
      ? `Brought ${nameOf(metadata)} back from the trash`
      : `Restored version ${textOf(metadata.version)} of ${nameOf(metadata)}`,
  VERSION_DELETE: ({ metadata }) => `Deleted version ${textOf(metadata.version)} of ${nameOf(metadata)}`,
  FILE_REFUSED: ({ metadata }) => `Upload refused: ${reasonOf(metadata)}`,
  FILE_LIST: ({ metadata }) => (metadata.trash === true ? 'Looked at the trash' : 'Listed the files'),
  FILE_DOWNLOAD: ({ metadata, outcome }) =>
    outcome === 'failure'
      ? `Could not download ${nameOf(metadata)}: ${reasonOf(metadata)}`
      : `Opened ${nameOf(metadata)}${metadata.version === undefined ? '' : `, version ${textOf(metadata.version)}`}`,
  FILE_RENAME: ({ metadata }) => `Renamed a file to ${nameOf(metadata)}`,
  FILE_DELETE: ({ metadata }) =>
    metadata.permanently === true
      ? `Deleted ${nameOf(metadata)} for good`
      : `Moved ${nameOf(metadata)} to the trash`,
  FILE_PURGE: ({ metadata }) => `Removed ${nameOf(metadata)} from the trash, as its time was over`,
  SHARE_CREATE: ({ metadata }) => `Shared ${nameOf(metadata)} by a link`,
  SHARE_OPEN: ({ metadata }) => `Somebody opened ${nameOf(metadata)} by a link`,
  SHARE_DENIED: ({ metadata }) => `Somebody could not open a link: ${reasonOf(metadata)}`,
  SHARE_REVOKE: ({ metadata }) => `Ended a link to ${nameOf(metadata)}`,
  INVITATION_CREATE: () => 'Invited somebody',
  INVITATION_REVOKE: () => 'Withdrew an invitation',
  AUDIT_READ: () => 'Read the trail',
  AUDIT_EXPORT: () => 'Exported the trail',
  AUDIT_ERASE: () => 'Personal values were erased from the trail',
  AUDIT_PRUNE: () => 'Old entries were removed from the trail',
  ENCRYPTION_ENABLE: () => 'The installation was encrypted',
  ENCRYPTION_REKEY: () => 'Everything was sealed under another key',
  SYSTEM_START: () => 'The service started',
  SYSTEM_STOP: () => 'The service stopped',
};

/** An entry as a sentence. One of an action that this console does not know has the action itself. */
export function sentenceOf(entry: Entry): string {
  const told = SENTENCES[entry.action]?.(entry) ?? plain(entry.action);
  const refused = entry.outcome === 'denied' && !/refused|could not/i.test(told);
  const by = entry.metadata.by_key === undefined ? '' : ', by an API key';
  return `${told}${by}${refused ? ` (refused: ${reasonOf(entry.metadata)})` : ''}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `“${value}”` : '';
}

/** Names are personal values: they are gone when they were erased. */
function nameOf({ filename }: Entry['metadata']): string {
  return typeof filename === 'string' ? `“${filename}”` : 'a file';
}

function sizeIn({ size }: Entry['metadata']): string {
  return typeof size === 'number' ? ` (${sizeOf(size)})` : '';
}

function factorOf({ type, name }: Entry['metadata']): string {
  const kind = type === 'passkey' ? 'the passkey' : 'the authenticator app';
  return `${kind} ${quoted(name)}`.trim();
}

function endedOf({ sessions_ended: count }: Entry['metadata']): string {
  return typeof count === 'number' && count > 0 ? `, which ended ${countOf(count, 'other session')}` : '';
}

function reasonOf({ reason }: Entry['metadata']): string {
  return typeof reason === 'string' ? plain(reason).toLowerCase() : 'no reason is given';
}

/** Such as `Wrong password` for `wrong_password`. */
function plain(code: string): string {
  const words = code.replaceAll('_', ' ').toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
