import type { ConfirmInput, CreateKeyInput } from '../../clients/typescript/src/main.js';
import { api } from './access.js';
import { askForPasskey, makePasskey } from './passkeys.js';

export const changePassword = (current: string, next: string) =>
  api.account.changePassword({ body: { current_password: current, new_password: next } });

/** Says again who is there. */
export const confirm = (body: ConfirmInput) => api.sessions.confirm({ body });

export async function confirmWithPasskey(): Promise<void> {
  const { challenge, options } = await api.sessions.confirmationOptions();
  await confirm({ challenge, credential: await askForPasskey(options) });
}

export const readFactors = () => api.factors.list();
export const beginTotp = (name: string) => api.factors.addTotp({ body: name === '' ? {} : { name } });
/** @returns recovery codes with the first factor. */
export const confirmTotp = async (id: string, code: string) =>
  (await api.factors.confirmTotp({ path: { id }, body: { code } })).recovery_codes;
export const removeFactor = (id: string) => api.factors.remove({ path: { id } });
export const renewRecoveryCodes = async () => (await api.factors.renewRecoveryCodes()).recovery_codes;

/** Makes a passkey on this device and adds it. @returns recovery codes with the first factor. */
export async function addPasskey(name: string): Promise<readonly string[]> {
  const { challenge, options } = await api.factors.passkeyOptions();
  const body = { name, challenge, credential: await makePasskey(options) };
  return (await api.factors.addPasskey({ body })).recovery_codes;
}

export const endSession = (id: string) => api.sessions.end({ path: { id } });
export const endOtherSessions = () => api.sessions.endOthers();

export type KeyTerms = CreateKeyInput;

export const makeKey = (body: KeyTerms) => api.keys.create({ body });
export const revokeKey = (id: string) => api.keys.revoke({ path: { id } });
