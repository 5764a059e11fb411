interface AboutFile {
  readonly ownerId: string;
  readonly fileId: string;
  readonly name: string;
}

/** What happens to files. */
export interface FileEvents {
  'file.uploaded': AboutFile & {
    /** Bytes. */
    readonly size: number;
    /** Hex. */
    readonly sha256: string;
    readonly mimeType: string;
  };
  'file.refused': {
    readonly ownerId: string;
    /** True when the client went away, false when the service said no. */
    readonly aborted: boolean;
    readonly reason: string;
  };
  'file.listed': { readonly ownerId: string; readonly count: number };
  /** The range as `first-last`, both inclusive; null for the whole file. */
  'file.downloaded': AboutFile & { readonly range: string | null };
  'file.download_failed': AboutFile & { readonly reason: string };
  'file.renamed': AboutFile;
  'file.deleted': AboutFile;
}
