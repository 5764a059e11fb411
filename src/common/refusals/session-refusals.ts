import { challenge, refusal, retryAfter } from './refusal.js';

/** Mail comes with another configuration, so it is of no use to try soon. */
const MAIL_RETRY_SECONDS = 86_400;
/** A person has to restore the key or the row. */
const FACTOR_RETRY_SECONDS = 60;

/** Refusals of sign-ins and of sessions. */
export const sessionRefusals = {
  invalidCredentials: refusal('invalid_credentials', 401, 'E-mail or password is wrong', () => ({
    detail: 'E-mail or password is wrong.',
    headers: challenge(),
  })),
  wrongPassword: refusal(
    'wrong_password',
    403,
    'The password is wrong',
    'The password given is not the current one.',
  ),
  accountDisabled: refusal(
    'account_disabled',
    403,
    'The account is disabled',
    'An administrator has disabled this account.',
  ),
  sessionNotFound: refusal(
    'session_not_found',
    404,
    'No such session',
    'You have no open session with this id.',
  ),
  secondFactorRequired: refusal(
    'second_factor_required',
    401,
    'A second factor is needed',
    (given: string, demand: { readonly methods: readonly string[]; readonly options?: object }) => ({
      detail:
        'The password is right. Send the challenge with a second factor to /api/users/login/second-factor.',
      headers: challenge(),
      extensions: { challenge: given, ...demand },
    }),
  ),
  invalidCode: refusal('invalid_code', 401, 'The code or the passkey is wrong', () => ({
    detail: 'The code or the passkey is wrong, or was used before.',
    headers: challenge(),
  })),
  invalidChallenge: refusal('invalid_challenge', 401, 'The challenge is not valid', () => ({
    detail: 'The challenge is unknown, over, was used, or was tried five times. Begin again.',
    headers: challenge(),
  })),
  factorUnavailable: refusal('factor_unavailable', 503, 'The app cannot be checked', () => ({
    detail: 'No code can be checked here; the operator has been told. Use a passkey or a recovery code.',
    headers: retryAfter(FACTOR_RETRY_SECONDS),
  })),
  factorNotFound: refusal(
    'factor_not_found',
    404,
    'No such factor',
    'You have no second factor with this id.',
  ),
  tooManyFactors: refusal(
    'too_many_factors',
    409,
    'Too many factors',
    (most: number) => `A user has at most ${most} second factors; remove one first.`,
  ),
  noFactor: refusal('no_factor', 409, 'There is no second factor', 'Add a second factor first.'),
  noPasskey: refusal('no_passkey', 409, 'There is no passkey', 'You have no passkey. Use another method.'),
  invalidPasskey: refusal(
    'invalid_passkey',
    400,
    'The passkey cannot be added',
    'It does not answer the challenge, was made for another address, or its user was not verified.',
  ),
  passkeyTaken: refusal('passkey_taken', 409, 'The passkey is in use', 'This passkey was added before.'),
  passkeysUnavailable: refusal(
    'passkeys_unavailable',
    409,
    'Passkeys do not work here',
    'Passkeys need a domain name, and people reach this service by an IP address. Its operator sets PUBLIC_URL.',
  ),
  confirmationRequired: refusal(
    'confirmation_required',
    403,
    'The session must be confirmed',
    (methods: readonly string[]) => ({
      detail:
        'The sign-in was too long ago for this. Confirm the session at /api/auth/confirm, then try again.',
      extensions: { methods },
    }),
  ),
  invalidToken: refusal(
    'invalid_token',
    400,
    'The link is not valid',
    'The token is unknown, was used, is over, or is for something else. Ask for a new link.',
  ),
  mailUnavailable: refusal('mail_unavailable', 503, 'No mail can be sent', () => ({
    detail: 'This service sends no mail. Ask its operator for a link.',
    headers: retryAfter(MAIL_RETRY_SECONDS),
  })),
  tooManyAttempts: refusal('too_many_attempts', 429, 'Too many failed attempts', (seconds: number) => ({
    detail: 'Too many attempts have failed; try again later.',
    headers: retryAfter(seconds),
  })),
};
