import { challenge, refusal, signatureRequest } from './refusal.js';

/** Refusals because of who is calling. */
export const accessRefusals = {
  unauthorized: refusal('unauthorized', 401, 'Authentication is required', (detail?: string) => ({
    detail: detail ?? 'Send a valid access token as Authorization: Bearer.',
    headers: challenge(),
  })),
  invalidSignature: refusal(
    'invalid_signature',
    401,
    'The signature of the request is not valid',
    (components: readonly string[]) => ({
      detail:
        'The signature or a digest does not match the request, or covers too little, or is too old, or was used before.',
      headers: { ...challenge(), ...signatureRequest(components) },
    }),
  ),
  forbidden: refusal('forbidden', 403, 'Not allowed', 'This account may not do that.'),
  insufficientScope: refusal(
    'insufficient_scope',
    403,
    'The API key may not do that',
    (scope: string | undefined) => ({
      detail: scope === undefined ? 'No API key may do that.' : `The API key needs the scope ${scope}.`,
      headers: challenge(' error="insufficient_scope"'),
    }),
  ),
};
