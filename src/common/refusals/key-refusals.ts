import { refusal } from './refusal.js';

/** Refusals about API keys. */
export const keyRefusals = {
  keyNotFound: refusal('key_not_found', 404, 'No such API key', 'You have no API key with this id.'),
  tooManyKeys: refusal(
    'too_many_keys',
    409,
    'Too many API keys',
    (limit: number) => `A user has at most ${limit} API keys; revoke one first.`,
  ),
};
