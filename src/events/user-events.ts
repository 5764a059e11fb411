interface AboutUser {
  readonly userId: string;
}

/** Events about users and their accounts. */
export interface UserEvents {
  'user.registered': AboutUser & { readonly email: string; readonly invitationId?: string };
  'user.signed_in': AboutUser & {
    readonly sessionId: string;
    /** True when the user has not signed in before from this network with this program. */
    readonly newDevice: boolean;
  };
  'user.sign_in_failed': {
    /** Null when no user has this e-mail or passkey. The text could then be a password typed into the wrong field. */
    readonly userId: string | null;
    /** Null for a passkey that nobody has. */
    readonly email: string | null;
    /** With `account_disabled`, the password or the passkey was right. */
    readonly reason:
      | 'unknown_email'
      | 'wrong_password'
      | 'account_disabled'
      | 'wrong_code'
      | 'unknown_passkey'
      | 'wrong_passkey';
  };
  /** The password was right, and the account has a second factor. */
  'user.second_factor_required': AboutUser;
  'user.signed_out': AboutUser & { readonly sessionId: string };
  'user.profile_updated': AboutUser & { readonly fields: readonly string[] };
  'user.password_changed': AboutUser & { readonly sessionsEnded: number };
  'user.password_change_refused': AboutUser & { readonly reason: string };
  'user.password_reset_requested': {
    /** Null when no user has this e-mail. */
    readonly userId: string | null;
    readonly email: string;
  };
  'user.password_reset': AboutUser & { readonly sessionsEnded: number };
  'user.email_verified': AboutUser & { readonly email: string };
  'user.email_change_requested': AboutUser & { readonly email: string };
  'user.email_changed': AboutUser & { readonly email: string; readonly previous: string };
  /** The `userId` is that of the admin who read the list. */
  'user.listed': AboutUser & { readonly count: number; readonly filters: readonly string[] };
  'user.disabled': AboutUser & { readonly sessionsEnded: number };
  'user.enabled': AboutUser;
  /** Null for the general quota, 0 for no limit. */
  'user.quota_set': AboutUser & { readonly bytes: number | null };
  'user.deleted': AboutUser;
  'user.deletion_refused': AboutUser & { readonly reason: string };
  /** With `invitationId`, the user got the role by registering with an invitation. */
  'role.granted': AboutUser & { readonly role: string; readonly invitationId?: string };
  'role.revoked': AboutUser & { readonly role: string };
}
