import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { AppConfig, DatabaseConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { parseCosigners } from './cosigners.js';
import { databaseForm } from './database-form.js';
import { environmentSchema } from './environment-schema.js';
import { type Keeping, keptFactorKey, keptSigningKey, tokenKeys } from './generated-secrets.js';
import { masterKeyFaults, parseMasterKeys } from './master-key-source.js';
import { type Environment, parseSigningKey, parseSymmetricKey, readFileTwins } from './secret-sources.js';
import { secretWeakness } from './secret-strength.js';
import { s3Config, storageFaults } from './storage-settings.js';
import { originWarnings, witnessConfig } from './witness-settings.js';

/**
 * Turns the environment into the typed, frozen configuration. An empty variable counts as absent.
 * @throws {ConfigError} with all faults.
 */
export function loadConfig(environment: Environment): AppConfig {
  return read(environment, 'keep').config;
}

/**
 * The configuration as `loadConfig` gives it, but nothing is written: a secret that would be made is made for this time only, and
 * `makesSecrets` says so.
 * @throws {ConfigError} with all faults.
 */
export function draftConfig(environment: Environment): Draft {
  return read(environment, 'draft');
}

interface Draft {
  readonly config: AppConfig;
  readonly makesSecrets: boolean;
}

function read(environment: Environment, keeping: Keeping): Draft {
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
  if (present.SMTP_URL !== undefined && present.MAIL_FROM === undefined) {
    faults.push('MAIL_FROM is required when SMTP_URL is set');
  }
  const signingKey = env.AUDIT_SIGNING_KEY ? parseSigningKey(env.AUDIT_SIGNING_KEY) : null;
  if (env.AUDIT_SIGNING_KEY && signingKey === null) {
    faults.push(
      'AUDIT_SIGNING_KEY must be an Ed25519 private key: PKCS8 PEM, or the base64 of its DER on one line',
    );
  }
  const factorKey = env.FACTOR_KEY ? parseSymmetricKey(env.FACTOR_KEY) : null;
  if (env.FACTOR_KEY && factorKey === null) {
    faults.push('FACTOR_KEY must be the base64 of 32 bytes, for example from: openssl rand -base64 32');
  }
  faults.push(...parseCosigners(present.AUDIT_WITNESSES ?? '').faults);
  if (env.ENCRYPTION_KEY) faults.push(...masterKeyFaults(env.ENCRYPTION_KEY));
  for (const name of ['AUDIT_SIGNING_KEY', ...(env.ENCRYPTION_KEY ? [] : ['FACTOR_KEY'])]) {
    if (production && env.DATABASE_URL && !env[name])
      faults.push(
        `${name} (or ${name}_FILE) is required when NODE_ENV=production and DATABASE_URL is set${name === 'FACTOR_KEY' ? ', unless ENCRYPTION_KEY is' : ''}`,
      );
  }
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);

  const values = parsed.data;
  const storagePath = resolve(values.STORAGE_PATH);
  const keys = join(storagePath, 'keys');
  const tokens = tokenKeys(secrets, join(keys, 'jwt-secret'), keeping);
  const audit = signingKey === null ? keptSigningKey(join(keys, 'audit-signing-key.pem'), keeping) : null;
  const auditKey = signingKey ?? audit!.key;
  const keptKey = join(keys, 'factor-key');
  const database = databaseConfig(values.DATABASE_URL, storagePath);
  // An encrypted installation makes no factor key, also when its master key is missing and the start will be refused. One that was
  // made earlier still opens what it has sealed.
  const isEncrypted =
    Boolean(env.ENCRYPTION_KEY) ||
    (database.kind === 'sqlite' && databaseForm(database.file) === 'encrypted');
  const needsKept = factorKey === null && (!isEncrypted || existsSync(keptKey));
  const factors = needsKept ? keptFactorKey(keptKey, keeping) : null;
  const config = deepFreeze({
    production,
    instance: `${hostname()}-${values.PORT}`,
    log: { level: values.LOG_LEVEL, format: values.LOG_FORMAT },
    http: {
      host: values.HOST,
      port: values.PORT,
      publicUrl: values.PUBLIC_URL ?? `http://localhost:${values.PORT}`,
      corsOrigins: values.CORS_ORIGINS[0] === '*' ? '*' : values.CORS_ORIGINS,
      trustedProxyHops: values.TRUST_PROXY,
      shutdownGraceMs: values.SHUTDOWN_GRACE_SECONDS * 1000,
      // Long enough for two probes of a load balancer, and at most a quarter of the grace.
      stopAnnouncementMs: Math.min(2000, values.SHUTDOWN_GRACE_SECONDS * 250),
    },
    auth: {
      tokenKeys: tokens.keys,
      tokenTtlSeconds: values.JWT_TTL,
      bcryptCost: values.BCRYPT_COST,
      registration: values.REGISTRATION,
      factorKey: factorKey ?? factors?.key ?? null,
    },
    encryption: env.ENCRYPTION_KEY ? { masterKeys: parseMasterKeys(env.ENCRYPTION_KEY) } : null,
    database,
    storage: { path: storagePath, s3: s3Config(values) },
    files: {
      maxUploadBytes: values.MAX_UPLOAD_BYTES,
      maxResumableUploadBytes: values.MAX_RESUMABLE_UPLOAD_BYTES,
      uploadTtlHours: values.UPLOAD_TTL_HOURS,
      quotaBytesPerUser: values.QUOTA_BYTES_PER_USER,
      versionsKept: values.VERSIONS_KEPT,
      trashDays: values.TRASH_DAYS,
      minFreeBytes: values.MIN_FREE_BYTES,
      offload: values.DOWNLOAD_OFFLOAD,
    },
    limits: {
      requestsPerMinute: values.RATE_LIMIT_PER_MINUTE,
      failuresPerAccount: values.LOGIN_FAILURES_PER_ACCOUNT,
      failuresPerAddress: values.LOGIN_FAILURES_PER_ADDRESS,
    },
    mail:
      values.SMTP_URL === undefined
        ? null
        : { url: createSecretKey(Buffer.from(values.SMTP_URL)), from: values.MAIL_FROM! },
    audit: {
      emailHashKey: emailHashKey(auditKey),
      signingKey: auditKey,
      origin: values.AUDIT_ORIGIN,
      witness: witnessConfig(values),
      cosigners: parseCosigners(values.AUDIT_WITNESSES ?? '').cosigners,
      valueRetentionDays: values.AUDIT_RETENTION_DAYS,
      entryRetentionDays: values.AUDIT_ENTRY_RETENTION_DAYS,
    },
    warnings: [
      ...tokens.warnings,
      ...(audit?.warnings ?? []),
      ...(factors?.warnings ?? []),
      ...originWarnings(values),
    ],
  } satisfies AppConfig);
  const makesSecrets = [tokens, audit, factors].some((secret) => secret?.created === true);
  return { config, makesSecrets };
}

/**
 * The environment of the process plus the variables of a `.env` file. A variable that is already set has
 * priority.
 */
export function readEnvironment(directory = process.cwd()): Environment {
  const file = join(directory, '.env');
  return existsSync(file) ? { ...parseEnv(readFileSync(file, 'utf8')), ...process.env } : { ...process.env };
}

/**
 * Derived from the log's signing key. That key is not in the database, all processes of one database share
 * it, and it stays when token secrets change. A new key here would reset the counters of failed sign-ins.
 */
function emailHashKey(signingKey: KeyObject): KeyObject {
  const secret = signingKey.export({ type: 'pkcs8', format: 'der' });
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'audit email hash', 32)));
}

function databaseConfig(url: string | undefined, storagePath: string): DatabaseConfig {
  return url === undefined
    ? { kind: 'sqlite', file: join(storagePath, 'database', 'app.sqlite') }
    : { kind: 'postgres', url };
}

function deepFreeze<T extends object>(value: T): T {
  // The bytes of a view cannot be frozen.
  if (ArrayBuffer.isView(value)) return value;
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !Object.isFrozen(inner)) deepFreeze(inner as object);
  }
  return Object.freeze(value);
}
