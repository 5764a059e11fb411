/** Why a start is refused. The database file and the rows of an installation tell it in the same words. */
export const ENCRYPTION_FAULTS = {
  keyMissing: 'ENCRYPTION_KEY is missing, and this installation is encrypted',
  /** @param keyId of the master key that the sealed text names. */
  keyLacks: (keyId: string | null) =>
    `ENCRYPTION_KEY lacks the key ${keyId}, under which this installation is encrypted`,
  holdsPlainData:
    'ENCRYPTION_KEY is set, but this installation already holds data that is not encrypted: encrypt it with npm run cli -- encrypt',
  isBeingEncrypted:
    'this installation is being encrypted: run npm run cli -- encrypt until it is done, with the same ENCRYPTION_KEY',
} as const;
