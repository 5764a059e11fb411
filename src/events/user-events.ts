interface AboutUser {
  readonly userId: string;
}

/** What happens to people and their accounts. */
export interface UserEvents {
  'user.registered': AboutUser & { readonly email: string };
  'user.signed_in': AboutUser & { readonly sessionId: string };
  'user.sign_in_failed': {
    /** Null when nobody has this e-mail; it may then be a password typed into the wrong field. */
    readonly userId: string | null;
    readonly email: string;
    /** With `account_disabled` the password was right. */
    readonly reason: 'unknown_email' | 'wrong_password' | 'account_disabled';
  };
  'user.signed_out': AboutUser & { readonly sessionId: string };
  'user.profile_updated': AboutUser & { readonly fields: readonly string[] };
  'user.password_changed': AboutUser & { readonly sessionsEnded: number };
  'user.password_change_refused': AboutUser & { readonly reason: string };
  /** The `userId` is the admin's who has seen the list. */
  'user.listed': AboutUser & { readonly count: number; readonly filters: readonly string[] };
  'user.disabled': AboutUser & { readonly sessionsEnded: number };
  'user.enabled': AboutUser;
  'user.deleted': AboutUser;
  'user.deletion_refused': AboutUser & { readonly reason: string };
  'role.granted': AboutUser & { readonly role: string };
  'role.revoked': AboutUser & { readonly role: string };
}
