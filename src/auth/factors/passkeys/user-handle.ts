/**
 * How authenticators know a user (WebAuthn, section 5.4.3): the bytes of the id. They are the same for all passkeys of an
 * account, so an authenticator shows the account once.
 */
export function userHandle(userId: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(userId.replaceAll('-', ''), 'hex'));
}

/** True when an answer says that the passkey is one of this user. */
export function isHandleOf(userId: string, handle: string): boolean {
  return handle === Buffer.from(userHandle(userId)).toString('base64url');
}
