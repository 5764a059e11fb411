interface AboutSession {
  readonly userId: string;
  readonly sessionId: string;
}

/** What happens to sign-ins. */
export interface SessionEvents {
  'session.refreshed': AboutSession & {
    /** True when the token had been exchanged a moment before, and the same successor was given again. */
    readonly grace: boolean;
  };
  'session.token_reused': AboutSession;
  'session.ended': {
    readonly userId: string;
    /** Null when several were ended at once. */
    readonly sessionId: string | null;
    readonly count: number;
    /** Why it was not asked for. */
    readonly reason?: 'too_many_sessions';
  };
}
