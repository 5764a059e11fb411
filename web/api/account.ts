import { expel, know } from './access.js';
import { call } from './call.js';
import type { User } from './types.js';

/** @param name empty for none. */
export async function rename(name: string): Promise<void> {
  know(await call<User>('PATCH', '/api/users/me', { json: { name: name === '' ? null : name } }));
}

/** Mails a link to the new address. The change takes effect when it is opened. */
export const requestEmailChange = (email: string) => call('POST', '/api/users/me/email', { json: { email } });
/** Mails a link that verifies the address. */
export const requestVerification = () => call('POST', '/api/auth/email-verification');

/** Deletes the account with everything in it. All tabs are signed out. */
export async function deleteAccount(password: string): Promise<void> {
  await call('DELETE', '/api/users/me', { json: { password } });
  expel('signed_out');
}
