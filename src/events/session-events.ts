interface AboutSession {
  readonly userId: string;
  readonly sessionId: string;
}

/** Events about sessions. */
export interface SessionEvents {
  'session.refreshed': AboutSession & {
    /** True when the token had just been exchanged before, and the same successor was returned again. */
    readonly grace: boolean;
  };
  'session.confirmed': AboutSession;
  'session.confirmation_refused': AboutSession & { readonly reason: string };
  'session.token_reused': AboutSession;
  'session.ended': {
    readonly userId: string;
    /** Null when several sessions ended at once. */
    readonly sessionId: string | null;
    readonly count: number;
    /** Why the session ended without a request to end it. */
    readonly reason?: 'too_many_sessions';
  };
}
