interface AboutFactor {
  readonly userId: string;
  readonly factorId: string;
  readonly kind: string;
  readonly name: string;
}

/** Events about second factors. */
export interface FactorEvents {
  'factor.added': AboutFactor;
  'factor.removed': AboutFactor;
  /** A passkey signed with a counter that was not greater than before, so its authenticator may have been copied. */
  'factor.copy_suspected': { readonly userId: string; readonly factorId: string };
  'factor.codes_renewed': { readonly userId: string };
}
