/** What the token in a mailed link allows. */
export type TokenPurpose = 'password_reset' | 'email_verification' | 'email_change';
