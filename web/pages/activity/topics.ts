/** What one can look for in the trail: a name, and the actions behind it (at most 20). */
export interface Topic {
  readonly name: string;
  readonly actions: readonly string[];
  readonly outcome?: 'denied';
}

/** The first is shown at the beginning: what changed something, without every look at a list. */
export const TOPICS: readonly Topic[] = [
  {
    name: 'What matters',
    actions: [
      ...['FILE_UPLOAD', 'FILE_RE*', 'FILE_DELETE', 'FILE_DOWNLOAD', 'FILE_PURGE', 'VERSION_*'],
      ...['SHARE_*', 'USER_*', 'LOGIN_FAILED', 'PASSWORD_*', 'EMAIL_*', 'FACTOR_*', 'KEY_*', 'ROLE_*'],
      ...['SESSION_END', 'TOKEN_REUSE', 'ACCESS_DENIED', 'QUOTA_SET'],
    ],
  },
  { name: 'Files', actions: ['FILE_*', 'VERSION_*'] },
  { name: 'Links', actions: ['SHARE_*'] },
  { name: 'Sign-ins', actions: ['USER_LOGIN', 'USER_LOGOUT', 'LOGIN_*', 'SESSION_*', 'TOKEN_*'] },
  {
    name: 'Account',
    actions: ['USER_*', 'PROFILE_*', 'PASSWORD_*', 'EMAIL_*', 'FACTOR_*', 'RECOVERY_*', 'KEY_*', 'ROLE_*'],
  },
  { name: 'Refused', actions: [], outcome: 'denied' },
  { name: 'Everything', actions: [] },
];
