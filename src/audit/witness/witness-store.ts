/** The witness cannot be reached or does not answer in time. */
export class WitnessUnavailable extends Error {
  constructor(cause: unknown) {
    super(`the witness cannot be reached: ${String((cause as Error).message)}`, { cause });
    this.name = 'WitnessUnavailable';
  }
}

/** The witness does not contain a checkpoint. An operator must look. */
export class WitnessUnreadable extends Error {
  constructor(place: string) {
    super(`${place} holds no checkpoint`);
    this.name = 'WitnessUnreadable';
  }
}

/**
 * The port to the one place outside the database where all instances keep the newest verified checkpoint of a
 * log. It is an injection token. It follows the model of Sunlight's LockBackend.
 */
export abstract class WitnessStore {
  /**
   * The note that is kept. Null before the first.
   * @throws WitnessUnreadable when the place contains something else; any other error when it cannot be
   * reached.
   */
  abstract fetch(): Promise<string | null>;

  /**
   * Keeps the first note, only if none is kept yet. Otherwise like `replace`.
   * @returns true when `first` is kept.
   */
  abstract create(first: string): Promise<boolean>;

  /**
   * Replaces the note `read` by `next`, only if `read` is still the one that is kept. When it resolves to
   * true, `next` survives a power loss.
   * @returns true when `next` is kept. False when another note is kept, although `next` may have been kept
   * for a moment.
   * @throws any error when the place cannot be reached; the note may then be replaced or not.
   */
  abstract replace(read: string, next: string): Promise<boolean>;
}
