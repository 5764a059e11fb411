export interface User {
  readonly id: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly second_factor: boolean;
  readonly name: string | null;
  readonly roles: readonly string[];
  readonly created: string;
}

/** Bytes. `quota` is null without a limit. */
export interface StorageUse {
  readonly used: number;
  readonly quota: number | null;
  readonly files: number;
  readonly versions: number;
  readonly trash: number;
}

export interface Profile extends User {
  readonly storage: StorageUse;
}

export interface SignedIn {
  readonly user: User;
  readonly token: string;
  readonly expires_in: number;
}

/** What was stored under a name: a file, or a version of one. */
export interface Content {
  readonly name: string;
  readonly size: number;
  readonly mime_type: string;
  readonly sha256: string;
  readonly created: string;
  readonly version: number;
}

export interface StoredFile extends Content {
  readonly id: string;
  readonly user_id: string;
  readonly updated: string;
}

export interface TrashedFile extends StoredFile {
  readonly trashed: string;
  readonly expires: string;
}

export interface Version extends Content {
  readonly current: boolean;
}

export interface Share {
  readonly id: string;
  readonly file_id: string;
  readonly expires: string | null;
  readonly max_downloads: number | null;
  readonly downloads: number;
  readonly has_password: boolean;
  readonly note: string | null;
  readonly created: string;
}

export interface NewShare extends Share {
  readonly url: string;
}

export interface UnfinishedUpload {
  readonly id: string;
  readonly offset: number;
  readonly length: number;
  readonly name: string;
  readonly expires: string;
}
