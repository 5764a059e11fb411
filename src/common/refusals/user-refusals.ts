import { refusal } from './refusal.js';

/** Refusals about users. */
export const userRefusals = {
  userNotFound: refusal('user_not_found', 404, 'No such user', 'There is no user with this id.'),
  emailTaken: refusal(
    'email_taken',
    409,
    'The e-mail is already registered',
    'An account with this e-mail exists.',
  ),
  lastAdmin: refusal(
    'last_admin',
    409,
    'The last admin must stay one',
    'Nobody could manage users any more; make somebody else an admin first.',
  ),
};
