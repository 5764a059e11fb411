interface AboutKey {
  readonly userId: string;
  readonly keyId: string;
}

/** What happens to API keys. */
export interface KeyEvents {
  'key.created': AboutKey & { readonly name: string; readonly scopes: readonly string[] };
  'key.revoked': AboutKey;
}
