/** Refused access, to any kind of resource. */
export interface AccessEvents {
  'access.denied': {
    readonly userId: string;
    /** `TYPE:ID`, such as `file:` and an id, or `route:GET /path`. */
    readonly resource: string;
    readonly reason: string;
  };
  'rate.limited': {
    /** Null for an unknown caller. */
    readonly userId: string | null;
    readonly reason: string;
  };
}
