import { api, expel, know } from './access.js';

/** @param name empty for none. */
export async function rename(name: string): Promise<void> {
  know(await api.account.update({ body: { name: name === '' ? null : name } }));
}

/** Mails a link to the new address. The change takes effect when it is opened. */
export const requestEmailChange = (email: string) => api.account.changeEmail({ body: { email } });
/** Mails a link that verifies the address. */
export const requestVerification = () => api.account.requestEmailVerification();

/** Deletes the account with everything in it. All tabs are signed out. */
export async function deleteAccount(password: string): Promise<void> {
  await api.account.delete({ body: { password } });
  expel('signed_out');
}
