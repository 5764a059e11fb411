interface AboutInvitation {
  /** The admin who made or revoked it. */
  readonly userId: string;
  readonly invitationId: string;
}

/** Events about invitations to register. */
export interface InvitationEvents {
  'invitation.created': AboutInvitation & {
    /** Null when it is good for any e-mail. */
    readonly email: string | null;
    readonly role: string;
    readonly expiresAt: string;
  };
  'invitation.revoked': AboutInvitation;
}
