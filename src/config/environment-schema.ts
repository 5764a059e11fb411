import { z } from 'zod';
import { isWitness } from './witness-place.js';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** The name of a log whose operator has given it none. */
export const COMMON_ORIGIN = 'microservices-api';

const integer = (fallback: number, min: number, max: number) =>
  z
    .string()
    .default(String(fallback))
    .refine((text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);

const duration = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .refine((text) => /^[1-9]\d{0,8}[smhd]$/.test(text), {
      error: 'must be a duration such as 15m, 24h or 7d',
    })
    .transform((text) => Number(text.slice(0, -1)) * SECONDS[text.slice(-1) as keyof typeof SECONDS]);

const isPublicUrl = (text: string) =>
  /^https?:\/\//.test(text) && URL.canParse(text) && isOrigin(text.replace(/\/$/, ''));

const isSmtpUrl = (text: string) =>
  /^smtps?:\/\//.test(text) && URL.canParse(text) && new URL(text).hostname !== '';

/** An address, or a name and an address (RFC 5322, section 3.4, without quoting and comments). */
const isMailbox = (text: string) =>
  /^(?:[^\p{Cc}<>@",;:]+ <([^\s<>@]+@[^\s<>@]+)>|[^\s<>@]+@[^\s<>@]+)$/u.test(text);

const endpoint = () =>
  z
    .string()
    .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), {
      error: 'must be an http:// or https:// URL',
    })
    .optional();

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;

/** The variables of the service: their format and their defaults. */
export const environmentSchema = z.object({
  NODE_ENV: z.string().default('development'),
  HOST: z.string().default('0.0.0.0'),
  PORT: integer(8080, 0, 65_535),
  JWT_SECRET: z.string().optional(),
  JWT_TTL: duration('24h'),
  FACTOR_KEY: z.string().optional(),
  ENCRYPTION_KEY: z.string().optional(),
  STORAGE_PATH: z.string().default('./storage'),
  DATABASE_URL: z
    .string()
    .refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text), {
      error: 'must be a postgres:// URL',
    })
    .optional(),
  STORAGE_DRIVER: z.enum(['local', 's3'], { error: 'must be local or s3' }).default('local'),
  S3_BUCKET: z.string().optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_ENDPOINT: endpoint(),
  S3_FORCE_PATH_STYLE: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('false')
    .transform((text) => text === 'true'),
  DOWNLOAD_OFFLOAD: z
    .enum(['none', 'x-accel', 'presigned'], { error: 'must be none, x-accel or presigned' })
    .default('none'),
  BCRYPT_COST: integer(14, 10, 16),
  REGISTRATION: z
    .enum(['open', 'invite', 'closed'], { error: 'must be open, invite or closed' })
    .default('open'),
  MAX_UPLOAD_BYTES: integer(52_428_800, 1, 1_099_511_627_776),
  MAX_RESUMABLE_UPLOAD_BYTES: integer(5_368_709_120, 1, 1_099_511_627_776),
  UPLOAD_TTL_HOURS: integer(24, 1, 8760),
  QUOTA_BYTES_PER_USER: integer(0, 0, 999_999_999_999_999),
  VERSIONS_KEPT: integer(10, 0, 1000),
  TRASH_DAYS: integer(30, 0, 36_500),
  MIN_FREE_BYTES: integer(268_435_456, 0, 1_099_511_627_776),
  CORS_ORIGINS: z
    .string()
    .default('*')
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .refine((origins) => (origins.length === 1 && origins[0] === '*') || origins.every(isOrigin), {
      error: 'must be * or a comma-separated list of origins such as https://app.example.org',
    }),
  PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, { error: 'must be an address without a path, such as https://files.example.org' })
    .transform((text) => text.replace(/\/$/, ''))
    .optional(),
  SMTP_URL: z
    .string()
    .refine(isSmtpUrl, {
      error: 'must be an smtp:// or smtps:// URL with a host, such as smtps://user:password@mail.example.org',
    })
    .optional(),
  MAIL_FROM: z
    .string()
    .refine(isMailbox, { error: 'must be an address such as files@example.org or Files <files@example.org>' })
    .optional(),
  TRUST_PROXY: integer(0, 0, 32),
  SHUTDOWN_GRACE_SECONDS: integer(30, 0, 3600),
  RATE_LIMIT_PER_MINUTE: integer(1200, 0, 1_000_000),
  LOGIN_FAILURES_PER_ACCOUNT: integer(10, 0, 1_000_000),
  LOGIN_FAILURES_PER_ADDRESS: integer(100, 0, 1_000_000),
  AUDIT_SIGNING_KEY: z.string().optional(),
  AUDIT_ORIGIN: z
    .string()
    .default(COMMON_ORIGIN)
    .refine((text) => /^[^\s+\p{Cc}]{1,100}$/u.test(text), {
      error: 'must be 1 to 100 characters without spaces and plus signs',
    }),
  WITNESS: z
    .string()
    .default('file')
    .refine(isWitness, { error: 'must be file, dynamodb://TABLE or s3://BUCKET/PREFIX' }),
  AUDIT_WITNESSES: z.string().optional(),
  AWS_REGION: z.string().optional(),
  AWS_ENDPOINT_URL_DYNAMODB: endpoint(),
  AWS_ENDPOINT_URL_S3: endpoint(),
  AUDIT_RETENTION_DAYS: integer(0, 0, 36_500),
  AUDIT_ENTRY_RETENTION_DAYS: integer(0, 0, 36_500),
  LOG_LEVEL: z
    .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
      error: 'must be silent, fatal, error, warn, info, debug or trace',
    })
    .default('info'),
  LOG_FORMAT: z.enum(['pino', 'ecs'], { error: 'must be pino or ecs' }).default('pino'),
});

/** The environment after validation. */
export type EnvironmentValues = z.infer<typeof environmentSchema>;
