interface AboutKey {
  readonly userId: string;
  readonly keyId: string;
}

/** Events about API keys. */
export interface KeyEvents {
  'key.created': AboutKey & {
    readonly name: string;
    readonly scopes: readonly string[];
    /** The base64 of the SPKI of a key that signs requests. Null for a secret. */
    readonly publicKey: string | null;
  };
  'key.revoked': AboutKey;
}
