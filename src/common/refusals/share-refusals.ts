import { refusal } from './refusal.js';

/** Refusals about links to files. Those for a password have no challenge: HTTP has no scheme for it. */
export const shareRefusals = {
  shareNotFound: refusal(
    'share_not_found',
    404,
    'No such share',
    'This link does not exist, or no longer opens anything.',
  ),
  sharePasswordRequired: refusal(
    'share_password_required',
    401,
    'A password is required',
    'This link needs the password that its owner has set.',
  ),
  wrongSharePassword: refusal(
    'wrong_share_password',
    401,
    'The password is wrong',
    'This is not the password of the link.',
  ),
  grantNotFound: refusal(
    'grant_not_found',
    404,
    'No such grant',
    'This grant does not exist, or is over. Open the link again.',
  ),
  tooManyShares: refusal(
    'too_many_shares',
    409,
    'Too many shares',
    (limit: number, of: 'file' | 'user') => `A ${of} has at most ${limit} links; revoke one first.`,
  ),
};
