import type { KeyObject } from 'node:crypto';

/** A key that signs or verifies access tokens, named by the `kid` in their header. */
export interface TokenKey {
  readonly kid: string;
  readonly key: KeyObject;
}

/** Where the rows live: a file beside the blobs, or a PostgreSQL server. */
export type DatabaseConfig =
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string };

/** A bucket on AWS, or on any server that speaks S3 at `endpoint`. Credentials come by the AWS chain. */
export interface S3Config {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly forcePathStyle: boolean;
}

/**
 * Everything the environment decides, parsed once, frozen, and injected.
 * Durations are in the unit their name ends with; sizes are in bytes.
 * Secrets are `KeyObject`s, which print as nothing.
 */
export abstract class AppConfig {
  abstract readonly production: boolean;
  /** Names this process among those that share a database: its host and port. */
  abstract readonly instance: string;
  abstract readonly logLevel: string;
  abstract readonly http: {
    readonly host: string;
    readonly port: number;
    readonly corsOrigins: '*' | readonly string[];
    readonly trustedProxyHops: number;
    readonly shutdownGraceMs: number;
    /** The part of the grace in which `/ready` fails while requests are still served. */
    readonly stopAnnouncementMs: number;
  };
  abstract readonly auth: {
    /** The first key signs; all of them verify. */
    readonly tokenKeys: readonly [TokenKey, ...TokenKey[]];
    readonly tokenTtlSeconds: number;
    readonly bcryptCost: number;
  };
  abstract readonly database: DatabaseConfig;
  abstract readonly storage: {
    readonly path: string;
    /** Where bytes live; on the local disk under `path` when null. */
    readonly s3: S3Config | null;
  };
  abstract readonly files: {
    readonly maxUploadBytes: number;
    /** Below this much free space uploads are refused. */
    readonly minFreeBytes: number;
    /** Whether somebody else sends the bytes: nginx (`x-accel`), or the bucket itself (`presigned`). */
    readonly offload: 'none' | 'x-accel' | 'presigned';
  };
  /** 0 switches a limit off. */
  abstract readonly limits: {
    readonly requestsPerMinute: number;
    /** Failed sign-ins in 15 minutes. */
    readonly failuresPerAccount: number;
    readonly failuresPerAddress: number;
  };
  abstract readonly audit: {
    /** Keys the hash under which an unknown e-mail is recorded: it may be a password typed into the wrong field. */
    readonly emailHashKey: KeyObject;
    /** Ed25519 private key that signs the log's checkpoints. */
    readonly signingKey: KeyObject;
    /** The log's name in what it signs. */
    readonly origin: string;
    /** Days after which personal values are erased, and entries removed; 0 keeps them for ever. */
    readonly valueRetentionDays: number;
    readonly entryRetentionDays: number;
  };
  /** What the operator should know about the choices made for them; logged at start. */
  abstract readonly warnings: readonly string[];
}
