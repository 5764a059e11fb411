import type { InvitationEvents } from '../../events/invitation-events.js';
import { type About, codes, OTHER, type RecordTable } from './record-table.js';
import type { Values } from './values.js';

const ACCOUNT_CHANGE = 3001;

const aboutInvitation = (event: { readonly userId: string; readonly invitationId: string }): About => ({
  subject: event.userId,
  resource: `invitation:${event.invitationId}`,
});

export const INVITATION_RECORDS = {
  'invitation.created': {
    action: 'INVITATION_CREATE',
    outcome: 'success',
    codes: codes('notice', [ACCOUNT_CHANGE, OTHER], ['iam', 'creation']),
    about: aboutInvitation,
    // The address is that of somebody else, so it would not be erased with them.
    metadata: ({ email, expiresAt, role }, hashEmail): Values => ({
      ...(email === null ? {} : { email_hash: hashEmail(email) }),
      expires: expiresAt,
      role,
    }),
  },
  'invitation.revoked': {
    action: 'INVITATION_REVOKE',
    outcome: 'success',
    codes: codes('notice', [ACCOUNT_CHANGE, OTHER], ['iam', 'deletion']),
    about: aboutInvitation,
  },
} as const satisfies RecordTable<InvitationEvents>;
