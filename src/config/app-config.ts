import type { KeyObject } from 'node:crypto';
import type { NoteVerifier } from '../audit/merkle/signed-note.js';

/** A key that signs or verifies access tokens. The `kid` in a token's header names it. */
export interface TokenKey {
  readonly kid: string;
  readonly key: KeyObject;
}

/** Where the rows are stored: a file beside the blobs, or a PostgreSQL server. */
export type DatabaseConfig =
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string };

/** A region of AWS, or a server that speaks AWS's protocols at `endpoint`. Without one, AWS's own. */
export interface AwsEndpoint {
  readonly region: string;
  readonly endpoint: string | undefined;
}

/** A bucket on AWS, or on an S3 server at `endpoint`. Credentials come from the AWS chain. */
export interface S3Config extends AwsEndpoint {
  readonly bucket: string;
  readonly forcePathStyle: boolean;
}

/** Where the newest verified checkpoint of the log is kept: in the storage directory, or outside. */
export type WitnessConfig =
  | { readonly kind: 'file' }
  | { readonly kind: 'dynamodb'; readonly table: string; readonly endpoint: AwsEndpoint }
  | { readonly kind: 's3'; readonly s3: S3Config; readonly prefix: string };

/** A witness of somebody else, who cosigns checkpoints (C2SP tlog-witness). */
export interface CosignerConfig {
  readonly verifier: NoteVerifier;
  /** The submission prefix, without a slash at its end. */
  readonly url: string;
}

/** What is kept is encrypted under these keys: the first encrypts, all decrypt. Each has 32 random bytes. */
export interface EncryptionConfig {
  readonly masterKeys: readonly [KeyObject, ...KeyObject[]];
}

/** What is logged: from which level on, and with pino's short names or those of the Elastic Common Schema. */
export interface LogConfig {
  readonly level: string;
  readonly format: 'pino' | 'ecs';
}

/** The server that sends mails, and their sender. */
export interface MailConfig {
  /** The URL with user and password. */
  readonly url: KeyObject;
  readonly from: string;
}

/**
 * The configuration: read once from the environment, validated, frozen, and injected. Names of durations end
 * with their unit. Sizes are in bytes. Secrets are `KeyObject`s, so that logging one does not reveal it.
 */
export abstract class AppConfig {
  abstract readonly production: boolean;
  /** The name of this process among those that share a database: its host and port. */
  abstract readonly instance: string;
  abstract readonly log: LogConfig;
  abstract readonly http: {
    readonly host: string;
    readonly port: number;
    /** The address that people use, without a slash at its end. Links begin with it. */
    readonly publicUrl: string;
    readonly corsOrigins: '*' | readonly string[];
    readonly trustedProxyHops: number;
    readonly shutdownGraceMs: number;
    /** The part of the grace in which `/ready` already fails and requests are still served. */
    readonly stopAnnouncementMs: number;
  };
  abstract readonly auth: {
    /** The first key signs; all of them verify. */
    readonly tokenKeys: readonly [TokenKey, ...TokenKey[]];
    readonly tokenTtlSeconds: number;
    readonly bcryptCost: number;
    /** Who may register: everybody, whoever has an invitation, or nobody. */
    readonly registration: 'open' | 'invite' | 'closed';
    /**
     * Seals the secrets of second factors at rest (AES-256). With master keys it only opens what it has sealed before, and may be
     * null.
     */
    readonly factorKey: KeyObject | null;
  };
  /** Null when nothing is encrypted at rest. */
  abstract readonly encryption: EncryptionConfig | null;
  abstract readonly database: DatabaseConfig;
  abstract readonly storage: {
    readonly path: string;
    /** Null when bytes are stored on the local disk, under `path`. */
    readonly s3: S3Config | null;
  };
  abstract readonly files: {
    readonly maxUploadBytes: number;
    /** The largest file of a resumable upload. `maxUploadBytes` is the largest of one request. */
    readonly maxResumableUploadBytes: number;
    /** How long an unfinished resumable upload is kept after its last byte. */
    readonly uploadTtlHours: number;
    /** Bytes that one user may keep, unless an admin has set another quota. 0 = no limit. */
    readonly quotaBytesPerUser: number;
    /** Earlier contents that are kept of one file. */
    readonly versionsKept: number;
    /** How long a deleted file stays in the trash. 0 = a deletion is final at once. */
    readonly trashDays: number;
    /** Uploads are refused when less space than this is free. */
    readonly minFreeBytes: number;
    /**
     * Who sends the bytes of downloads: the service (`none`), nginx (`x-accel`), or the bucket (`presigned`).
     */
    readonly offload: 'none' | 'x-accel' | 'presigned';
  };
  /** 0 switches a limit off. */
  abstract readonly limits: {
    readonly requestsPerMinute: number;
    /** Failed sign-ins in 15 minutes. */
    readonly failuresPerAccount: number;
    readonly failuresPerAddress: number;
  };
  /** Null when no mail is sent. */
  abstract readonly mail: MailConfig | null;
  abstract readonly audit: {
    /**
     * The key of the hash that is recorded for an unknown e-mail. The text could be a password typed into the
     * wrong field.
     */
    readonly emailHashKey: KeyObject;
    /** The Ed25519 private key that signs the checkpoints of the log. */
    readonly signingKey: KeyObject;
    /** The name of the log in its signed notes. */
    readonly origin: string;
    readonly witness: WitnessConfig;
    /** The witnesses of others that cosign the checkpoints. */
    readonly cosigners: readonly CosignerConfig[];
    /** After this many days personal values are erased, and entries removed. 0 keeps them for ever. */
    readonly valueRetentionDays: number;
    readonly entryRetentionDays: number;
  };
  /** Notes for the operator about defaults in use. They are logged at the start. */
  abstract readonly warnings: readonly string[];
}
