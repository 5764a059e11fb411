interface AboutShare {
  readonly ownerId: string;
  readonly shareId: string;
  readonly fileId: string;
  /** The name of the file. */
  readonly name: string;
}

/** Events about links to files. */
export interface ShareEvents {
  'share.created': AboutShare & {
    /** Null when the link does not expire. */
    readonly expiresAt: string | null;
    /** Null when there is no limit. */
    readonly maxDownloads: number | null;
    readonly hasPassword: boolean;
  };
  /** A download of this content was granted to whoever has the link. */
  'share.opened': AboutShare & { readonly version: number };
  /** The link is one that opens something, and its password was wrong. */
  'share.denied': AboutShare & { readonly reason: 'wrong_password' };
  /** The owner has revoked the link. */
  'share.revoked': Omit<AboutShare, 'name'>;
}
