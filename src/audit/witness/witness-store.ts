/** The witness cannot be asked, or gives no answer in time. */
export class WitnessUnavailable extends Error {
  constructor(cause: unknown) {
    super(`the witness cannot be reached: ${String((cause as Error).message)}`, { cause });
    this.name = 'WitnessUnavailable';
  }
}

/** What the witness keeps is no checkpoint; an operator has to look. */
export class WitnessUnreadable extends Error {
  constructor(place: string) {
    super(`${place} holds no checkpoint`);
    this.name = 'WitnessUnreadable';
  }
}

/**
 * The port to the one place, outside the database, where all instances keep the newest checkpoint of a log that was verified. It is an
 * injection token. Sunlight's LockBackend is its model.
 */
export abstract class WitnessStore {
  /**
   * The note that is kept; null before the first.
   * @throws WitnessUnreadable when there is something else in its place; any error when the place cannot be reached.
   */
  abstract fetch(): Promise<string | null>;

  /**
   * Keeps `next` from now on, on the condition that the note that is kept is `read`. It has survived a power loss when this
   * resolves to true.
   * @returns whether it is kept; false when another note is, though `next` may have been kept for a moment.
   * @throws any error when the place cannot be reached; the note may then have been replaced or not.
   */
  abstract replace(read: string | null, next: string): Promise<boolean>;
}
