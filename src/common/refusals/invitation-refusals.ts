import { refusal } from './refusal.js';

/** Refusals about registration and invitations to it. */
export const invitationRefusals = {
  registrationClosed: refusal(
    'registration_closed',
    403,
    'Registration is closed',
    'Nobody can make an account here without an administrator. Ask one for an account or an invitation.',
  ),
  invitationNotFound: refusal(
    'invitation_not_found',
    404,
    'No such invitation',
    'There is no open invitation with this id.',
  ),
  tooManyInvitations: refusal(
    'too_many_invitations',
    409,
    'Too many invitations',
    (limit: number) => `At most ${limit} invitations are open at a time; revoke one first.`,
  ),
};
