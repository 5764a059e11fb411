/** Events about encryption at rest. `keyId` names the master key that seals from then on, and does not reveal it. */
export interface EncryptionEvents {
  /** `left` are contents and rows that could not be read before either, and stay as they are. */
  'encryption.completed': { readonly keyId: string; readonly contents: number; readonly left: number };
  /** Nothing is sealed under an older key any more. */
  'encryption.rekeyed': { readonly keyId: string; readonly resealed: number };
}
