import { admit, post } from './access.js';
import { askForPasskey, type PasskeyRequest } from './passkeys.js';
import { Problem } from './problem.js';
import type { SignedIn } from './types.js';

/** The service wants a second factor before it lets somebody in. */
export interface FactorDemand extends PasskeyRequest {
  readonly methods: readonly string[];
}

/** @returns what is asked for besides the password, or null when the user is in. */
export async function signIn(email: string, password: string): Promise<FactorDemand | null> {
  try {
    admit(await post<SignedIn>('/api/users/login', { email, password }));
    return null;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'second_factor_required') throw error;
    return error.body as unknown as FactorDemand;
  }
}

export async function register(email: string, password: string, invitation: string | null): Promise<void> {
  const body = invitation === null ? { email, password } : { email, password, invitation };
  admit(await post<SignedIn>('/api/users/register', body));
}

/** A code of an authenticator app or a recovery code. */
export async function answerWithCode({ challenge }: FactorDemand, code: string): Promise<void> {
  const proof = /^\d{6}$/.test(code) ? { code } : { recovery_code: code };
  admit(await post<SignedIn>('/api/users/login/second-factor', { challenge, ...proof }));
}

export async function answerWithPasskey(demand: FactorDemand): Promise<void> {
  const credential = await askForPasskey(demand.options);
  admit(await post<SignedIn>('/api/users/login/second-factor', { challenge: demand.challenge, credential }));
}

/** Signs in without a password. */
export async function signInWithPasskey(): Promise<void> {
  const { challenge, options } = await post<PasskeyRequest>('/api/users/login/passkey/options', {});
  const credential = await askForPasskey(options);
  admit(await post<SignedIn>('/api/users/login/passkey', { challenge, credential }));
}

export async function askForReset(email: string): Promise<void> {
  await post('/api/auth/password-reset', { email });
}
