import { call } from './call.js';
import { makePasskey, type PasskeyCreation } from './passkeys.js';
import type { Factors, NewApiKey, NewTotp } from './types.js';

interface RecoveryCodes {
  readonly recovery_codes: readonly string[];
}

export const changePassword = (current: string, next: string) =>
  call('POST', '/api/users/me/password', { json: { current_password: current, new_password: next } });

export const readFactors = () => call<Factors>('GET', '/api/auth/factors');
export const beginTotp = (name: string) =>
  call<NewTotp>('POST', '/api/auth/factors/totp', { json: name === '' ? {} : { name } });
/** @returns recovery codes with the first factor. */
export const confirmTotp = async (id: string, code: string) =>
  (await call<RecoveryCodes>('POST', `/api/auth/factors/totp/${id}/confirm`, { json: { code } }))
    .recovery_codes;
export const removeFactor = (id: string) => call('DELETE', `/api/auth/factors/${id}`);
export const renewRecoveryCodes = async () =>
  (await call<RecoveryCodes>('POST', '/api/auth/recovery-codes')).recovery_codes;

/** Makes a passkey on this device and adds it. @returns recovery codes with the first factor. */
export async function addPasskey(name: string): Promise<readonly string[]> {
  const { challenge, options } = await call<PasskeyCreation>('POST', '/api/auth/factors/passkeys/options');
  const json = { name, challenge, credential: await makePasskey(options) };
  return (await call<RecoveryCodes>('POST', '/api/auth/factors/passkeys', { json })).recovery_codes;
}

export const endSession = (id: string) => call('DELETE', `/api/auth/sessions/${id}`);
export const endOtherSessions = () => call('DELETE', '/api/auth/sessions');

export interface KeyTerms {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expires_in_days?: number;
  readonly public_key?: string;
}

export const makeKey = (terms: KeyTerms) => call<NewApiKey>('POST', '/api/auth/keys', { json: terms });
export const revokeKey = (id: string) => call('DELETE', `/api/auth/keys/${id}`);
