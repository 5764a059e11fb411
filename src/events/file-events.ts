interface AboutFile {
  readonly ownerId: string;
  readonly fileId: string;
  readonly name: string;
}

interface NewContent {
  /** Bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  readonly mimeType: string;
}

/** Events about files. */
export interface FileEvents {
  'file.uploaded': AboutFile & NewContent;
  /** A new content under the same id. `version` is its number. */
  'file.replaced': AboutFile & NewContent & { readonly version: number };
  /** An earlier content became a new one. `version` is the number of the earlier one. */
  'file.version_restored': AboutFile & { readonly version: number };
  /** An earlier content was deleted by its owner, or trimmed by the system. */
  'file.version_deleted': AboutFile & { readonly version: number };
  'file.refused': {
    readonly ownerId: string;
    /** Whose content was to be replaced; null when a new file was refused. */
    readonly fileId: string | null;
    /** True when the client closed the connection. False when the service refused the file. */
    readonly aborted: boolean;
    readonly reason: string;
  };
  'file.listed': {
    readonly ownerId: string;
    readonly count: number;
    /** True for the list of the trash. */
    readonly inTrash: boolean;
  };
  'file.downloaded': AboutFile & {
    /** As `first-last`, both inclusive; null for the whole file. */
    readonly range: string | null;
    /** Of an earlier content; null for the current one. */
    readonly version: number | null;
  };
  'file.download_failed': AboutFile & { readonly reason: string };
  'file.renamed': AboutFile;
  /** `permanently` is false when the file moved into the trash. */
  'file.deleted': AboutFile & { readonly permanently: boolean };
  /** A file came out of the trash. */
  'file.restored': AboutFile;
  /** The system removed a file for good, which was in the trash since `trashedAt`. */
  'file.purged': AboutFile & { readonly trashedAt: string | null };
}
