import { createHash, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { AppConfig, DatabaseConfig, S3Config, TokenKey } from './app-config.js';
import { environmentSchema, type EnvironmentValues } from './environment-schema.js';
import { keepSecret } from './kept-secret.js';
import {
  type Environment,
  newSigningKey,
  newTokenSecret,
  parseSigningKey,
  readFileTwins,
} from './secret-sources.js';
import { secretWeakness } from './secret-strength.js';

/** The environment cannot be served from; `message` lists every fault, one a line, and no secret. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/**
 * Turns an environment into the one typed, frozen configuration.
 * An empty variable counts as absent.
 * @throws {ConfigError} naming every fault at once.
 */
export function loadConfig(environment: Environment): AppConfig {
  const { env, faults } = readFileTwins(environment);
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(present);
  if (!parsed.success) {
    faults.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  }
  const production = env.NODE_ENV === 'production';
  const secrets = env.JWT_SECRET?.split(',').map((secret) => secret.trim()) ?? [];
  for (const secret of secrets.filter((text) => text !== '')) {
    const weakness = secretWeakness(secret);
    if (weakness !== null) faults.push(`JWT_SECRET ${weakness}`);
  }
  if (production && secrets.every((secret) => secret === '')) {
    faults.push('JWT_SECRET (or JWT_SECRET_FILE) is required when NODE_ENV=production');
  }
  faults.push(...storageFaults(present));
  const signingKey = env.AUDIT_SIGNING_KEY ? parseSigningKey(env.AUDIT_SIGNING_KEY) : null;
  if (env.AUDIT_SIGNING_KEY && signingKey === null) {
    faults.push(
      'AUDIT_SIGNING_KEY must be an Ed25519 private key: PKCS8 PEM, or the base64 of its DER on one line',
    );
  }
  if (production && env.DATABASE_URL && !env.AUDIT_SIGNING_KEY) {
    faults.push(
      'AUDIT_SIGNING_KEY (or AUDIT_SIGNING_KEY_FILE) is required when NODE_ENV=production and DATABASE_URL is set',
    );
  }
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);

  const values = parsed.data;
  const storagePath = resolve(values.STORAGE_PATH);
  const keys = join(storagePath, 'keys');
  const tokens = tokenKeys(secrets, join(keys, 'jwt-secret'));
  const audit = signingKey === null ? keptSigningKey(join(keys, 'audit-signing-key.pem')) : null;
  const auditKey = signingKey ?? audit!.key;
  return deepFreeze({
    production,
    instance: `${hostname()}-${values.PORT}`,
    logLevel: values.LOG_LEVEL,
    http: {
      host: values.HOST,
      port: values.PORT,
      corsOrigins: values.CORS_ORIGINS[0] === '*' ? '*' : values.CORS_ORIGINS,
      trustedProxyHops: values.TRUST_PROXY,
      shutdownGraceMs: values.SHUTDOWN_GRACE_SECONDS * 1000,
      // As long as a balancer takes to ask twice, and never the greater part of the grace.
      stopAnnouncementMs: Math.min(2000, values.SHUTDOWN_GRACE_SECONDS * 250),
    },
    auth: { tokenKeys: tokens.keys, tokenTtlSeconds: values.JWT_TTL, bcryptCost: values.BCRYPT_COST },
    database: databaseConfig(values.DATABASE_URL, storagePath),
    storage: { path: storagePath, s3: s3Config(values) },
    files: {
      maxUploadBytes: values.MAX_UPLOAD_BYTES,
      minFreeBytes: values.MIN_FREE_BYTES,
      offload: values.DOWNLOAD_OFFLOAD,
    },
    limits: {
      requestsPerMinute: values.RATE_LIMIT_PER_MINUTE,
      failuresPerAccount: values.LOGIN_FAILURES_PER_ACCOUNT,
      failuresPerAddress: values.LOGIN_FAILURES_PER_ADDRESS,
    },
    audit: {
      emailHashKey: emailHashKey(auditKey),
      signingKey: auditKey,
      origin: values.AUDIT_ORIGIN,
      valueRetentionDays: values.AUDIT_RETENTION_DAYS,
      entryRetentionDays: values.AUDIT_ENTRY_RETENTION_DAYS,
    },
    warnings: [...tokens.warnings, ...(audit?.warnings ?? [])],
  } satisfies AppConfig);
}

/** The process's environment, with what a `.env` file beside it adds; a variable already set wins. */
export function readEnvironment(directory = process.cwd()): Environment {
  const file = join(directory, '.env');
  return existsSync(file) ? { ...parseEnv(readFileSync(file, 'utf8')), ...process.env } : { ...process.env };
}

function tokenKeys(secrets: string[], generatedPath: string) {
  const usable = secrets.filter((secret) => secret !== '');
  const warnings: string[] = [];
  if (usable.length === 0) {
    const kept = keep(generatedPath, newTokenSecret, secretWeakness);
    usable.push(kept.secret);
    warnings.push(generatedWarning('JWT_SECRET', generatedPath, kept.created));
  }
  const [first, ...rest] = usable.map(toTokenKey);
  return { keys: [first!, ...rest] as const, warnings };
}

function keptSigningKey(generatedPath: string) {
  const kept = keep(generatedPath, newSigningKey, (text) =>
    parseSigningKey(text) === null ? 'must be an Ed25519 private key' : null,
  );
  const key = parseSigningKey(kept.secret)!;
  return { key, warnings: [generatedWarning('AUDIT_SIGNING_KEY', generatedPath, kept.created)] };
}

/** A secret that is kept is judged as one that is given. @throws {ConfigError} when it cannot be kept, or used. */
function keep(path: string, make: () => string, faultOf: (secret: string) => string | null) {
  const kept = keepOrExplain(path, make);
  const fault = faultOf(kept.secret);
  if (fault === null) return kept;
  throw new ConfigError([
    `the secret kept in ${path} ${fault}; restore it, or remove the file to have a new one made`,
  ]);
}

function keepOrExplain(path: string, make: () => string) {
  try {
    return keepSecret(path, make);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([`STORAGE_PATH cannot hold ${path} (${code ?? String(error)})`]);
  }
}

function generatedWarning(name: string, path: string, created: boolean): string {
  return `${name} is not set: ${created ? 'generated one and kept it' : 'using the one kept'} in ${path}`;
}

/** `kid` identifies a secret without telling anything of it: 8 hex digits of a hash with its own prefix. */
function toTokenKey(secret: string): TokenKey {
  const kid = createHash('sha256').update(`jwt-kid\n${secret}`).digest('hex').slice(0, 8);
  return { kid, key: createSecretKey(Buffer.from(secret)) };
}

/**
 * Follows from the log's signing key: that is no secret of the database, every process on one database has it, and it stays
 * when the token secrets are rotated, which would otherwise begin the counters of failed sign-ins anew.
 */
function emailHashKey(signingKey: KeyObject): KeyObject {
  const secret = signingKey.export({ type: 'pkcs8', format: 'der' });
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'audit email hash', 32)));
}

/** What the variables of the storage say together; one that is wrong by itself is left to its own fault. */
function storageFaults({
  STORAGE_DRIVER = 'local',
  DOWNLOAD_OFFLOAD = 'none',
  S3_BUCKET,
}: Environment): string[] {
  const faults: string[] = [];
  if (STORAGE_DRIVER === 's3' && S3_BUCKET === undefined) {
    faults.push('S3_BUCKET is required when STORAGE_DRIVER=s3');
  }
  const driver = new Map([
    ['x-accel', 'local'],
    ['presigned', 's3'],
  ]).get(DOWNLOAD_OFFLOAD);
  if (driver !== undefined && driver !== STORAGE_DRIVER) {
    faults.push(`DOWNLOAD_OFFLOAD=${DOWNLOAD_OFFLOAD} needs STORAGE_DRIVER=${driver}`);
  }
  return faults;
}

function s3Config(values: EnvironmentValues): S3Config | null {
  if (values.STORAGE_DRIVER !== 's3') return null;
  return {
    bucket: values.S3_BUCKET!,
    region: values.S3_REGION,
    endpoint: values.S3_ENDPOINT,
    forcePathStyle: values.S3_FORCE_PATH_STYLE,
  };
}

function databaseConfig(url: string | undefined, storagePath: string): DatabaseConfig {
  return url === undefined
    ? { kind: 'sqlite', file: join(storagePath, 'database', 'app.sqlite') }
    : { kind: 'postgres', url };
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !Object.isFrozen(inner)) deepFreeze(inner as object);
  }
  return Object.freeze(value);
}
