import { ApiError, isRefusal, type SecondFactorProblem } from '../../clients/typescript/src/main.js';
import { admit, api, expel } from './access.js';
import { forgetInvitation, invitation } from './invitation.js';
import { askForPasskey } from './passkeys.js';

/** The service wants a second factor before it lets somebody in. */
export type FactorDemand = Pick<SecondFactorProblem, 'challenge' | 'methods' | 'options'>;

/** @returns what is asked for besides the password, or null when the user is in. */
export async function signIn(email: string, password: string): Promise<FactorDemand | null> {
  try {
    admit(await api.account.signIn({ body: { email, password } }));
    return null;
  } catch (error) {
    if (isRefusal(error, 'second_factor_required')) return error.problem;
    throw error;
  }
}

/** Makes an account, by the invitation that was opened if there is one. */
export async function register(email: string, password: string): Promise<void> {
  const token = invitation.value;
  const body = token === null ? { email, password } : { email, password, invitation: token };
  const signedIn = await api.account.register({ body });
  forgetInvitation();
  admit(signedIn);
}

/** A code of an authenticator app or a recovery code. */
export async function answerWithCode({ challenge = '' }: FactorDemand, code: string): Promise<void> {
  const proof = /^\d{6}$/.test(code) ? { code } : { recovery_code: code };
  admit(await api.account.answerSecondFactor({ body: { challenge, ...proof } }));
}

export async function answerWithPasskey({ challenge = '', options }: FactorDemand): Promise<void> {
  const credential = await askForPasskey(options!);
  admit(await api.account.answerSecondFactor({ body: { challenge, credential } }));
}

/** Signs in without a password. */
export async function signInWithPasskey(): Promise<void> {
  const { challenge, options } = await api.account.passkeyOptions();
  const credential = await askForPasskey(options);
  admit(await api.account.signInWithPasskey({ body: { challenge, credential } }));
}

/** Ends the session. All tabs are signed out, also when the session was over already. */
export async function signOut(): Promise<void> {
  try {
    await api.sessions.signOut();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
  }
  expel('signed_out');
}

export async function askForReset(email: string): Promise<void> {
  await api.account.requestPasswordReset({ body: { email } });
}
