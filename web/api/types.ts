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

/** An entry of the trail. */
export interface Entry {
  readonly id: string;
  readonly user_id: string | null;
  readonly actor: { readonly type: string; readonly id: string | null };
  readonly action: string;
  readonly resource: string | null;
  readonly resource_type: string | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly timestamp: string;
  readonly outcome: string;
  readonly request_id: string | null;
  readonly seq: number | null;
}

/** A key that signs the checkpoints of the log. */
export interface LogKey {
  readonly name: string;
  /** 8 hex digits. */
  readonly key_id: string;
  readonly vkey: string;
}

/** The proof that an entry is in the log. Hashes are in base64. */
export interface InclusionProof {
  readonly seq: number;
  readonly entry: string;
  readonly tree_size: number;
  readonly hashes: readonly string[];
  /** A signed note. */
  readonly checkpoint: string;
}

export interface Factor {
  readonly id: string;
  readonly type: 'totp' | 'passkey';
  readonly name: string;
  readonly created: string;
  readonly last_used: string | null;
}

export interface Factors {
  readonly factors: readonly Factor[];
  readonly recovery_codes_left: number;
}

export interface NewTotp {
  readonly id: string;
  readonly secret: string;
  readonly uri: string;
  readonly qr_svg: string;
}

export interface Session {
  readonly id: string;
  readonly device: string | null;
  readonly ip: string | null;
  readonly created: string;
  readonly last_used: string;
  readonly current: boolean;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created: string;
  readonly expires: string | null;
  readonly last_used: string | null;
  readonly public_key: string | null;
}

export interface NewApiKey extends ApiKey {
  readonly key?: string;
}

/** A user as admins see them. `disabled` is since when, or null. */
export interface ListedUser extends User {
  readonly disabled: string | null;
  readonly storage: StorageUse;
}

export interface Invitation {
  readonly id: string;
  readonly email: string | null;
  readonly role: string;
  readonly created: string;
  readonly expires: string;
}

export interface NewInvitation extends Invitation {
  readonly url: string;
}

/** Whether a part of the service works. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'degraded' | 'failing';
  readonly detail?: string;
}

export interface ServiceInfo {
  readonly version: string;
  readonly node: string;
  readonly database: 'sqlite' | 'postgres';
  readonly database_version: string;
  readonly storage: 'disk' | 's3';
  readonly encrypted: boolean;
  readonly mail: boolean;
  readonly registration: 'open' | 'invite' | 'closed';
  readonly instance: string;
  readonly started: string;
}
