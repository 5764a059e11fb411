/** A sealed text that cannot be opened. `message` names neither the text nor a key. */
export class Unsealable extends Error {
  constructor(
    /** `unknown_key`: none of the given keys has sealed it. `damaged`: it was changed, or sealed for another place. */
    readonly reason: 'unknown_key' | 'damaged',
    /** The id of the master key that the text names; null when it has no such form. */
    readonly keyId: string | null,
    cause?: unknown,
    /** The row that has it, such as `sessions 0190…`. */
    where?: string,
  ) {
    super(`a sealed text${where === undefined ? '' : ` in ${where}`} cannot be opened: ${reason}`, { cause });
    this.name = 'Unsealable';
  }
}
