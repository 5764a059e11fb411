/** Keeps the master keys that KMS has wrapped, each by the name of the key of KMS. */
export interface WrappedKeys {
  /** Null when there is none yet. */
  find(keyId: string): Promise<Buffer | null>;
  /** Keeps one, unless another process was first. @returns the one that is kept; it survives a power loss. */
  keep(keyId: string, wrapped: Buffer): Promise<Buffer>;
}
