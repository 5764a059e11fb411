/** What one can look for in the trail: a name, and the actions behind it (at most 20). */
export interface Topic {
  readonly name: string;
  readonly actions: readonly string[];
  readonly outcome?: string;
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

/** The address of the entries of a topic, of one user or of all that the reader may see. */
export function addressOf({ actions, outcome }: Topic, userId: string | null): string {
  const query = new URLSearchParams({ limit: '100' });
  for (const action of actions) query.append('action', action);
  if (outcome !== undefined) query.set('outcome', outcome);
  if (userId !== null) query.set('user_id', userId);
  return `/api/audit/logs?${query.toString()}`;
}
