/** What callers were refused, whatever it was about. */
export interface AccessEvents {
  'access.denied': {
    readonly userId: string;
    /** `TYPE:ID`, such as `file:` and an id, or `route:GET /path`. */
    readonly resource: string;
    readonly reason: string;
  };
  'rate.limited': {
    /** Null for a caller who is not known. */
    readonly userId: string | null;
    readonly reason: string;
  };
}
