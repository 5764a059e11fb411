/** A ciphertext, or its key, was changed, moved or cut. */
export class DamagedCiphertext extends Error {
  constructor(what: string, cause?: unknown) {
    super(`${what} of the ciphertext is damaged, or belongs elsewhere`, { cause });
    this.name = 'DamagedCiphertext';
  }
}
