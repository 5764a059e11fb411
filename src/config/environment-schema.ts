import { z } from 'zod';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

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

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;

/** The variables that the service reads: their form, their defaults, and what each must be. */
export const environmentSchema = z.object({
  NODE_ENV: z.string().default('development'),
  HOST: z.string().default('0.0.0.0'),
  PORT: integer(8080, 0, 65_535),
  JWT_SECRET: z.string().optional(),
  JWT_TTL: duration('24h'),
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
  S3_ENDPOINT: z
    .string()
    .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), {
      error: 'must be an http:// or https:// URL',
    })
    .optional(),
  S3_FORCE_PATH_STYLE: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('false')
    .transform((text) => text === 'true'),
  DOWNLOAD_OFFLOAD: z
    .enum(['none', 'x-accel', 'presigned'], { error: 'must be none, x-accel or presigned' })
    .default('none'),
  BCRYPT_COST: integer(14, 10, 16),
  MAX_UPLOAD_BYTES: integer(52_428_800, 1, 1_099_511_627_776),
  MIN_FREE_BYTES: integer(268_435_456, 0, 1_099_511_627_776),
  CORS_ORIGINS: z
    .string()
    .default('*')
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .refine((origins) => (origins.length === 1 && origins[0] === '*') || origins.every(isOrigin), {
      error: 'must be * or a comma-separated list of origins such as https://app.example.org',
    }),
  TRUST_PROXY: integer(0, 0, 32),
  SHUTDOWN_GRACE_SECONDS: integer(30, 0, 3600),
  RATE_LIMIT_PER_MINUTE: integer(1200, 0, 1_000_000),
  LOGIN_FAILURES_PER_ACCOUNT: integer(10, 0, 1_000_000),
  LOGIN_FAILURES_PER_ADDRESS: integer(100, 0, 1_000_000),
  AUDIT_SIGNING_KEY: z.string().optional(),
  AUDIT_ORIGIN: z
    .string()
    .default('microservices-api')
    .refine((text) => /^[^\s+\p{Cc}]{1,100}$/u.test(text), {
      error: 'must be 1 to 100 characters without spaces and plus signs',
    }),
  AUDIT_RETENTION_DAYS: integer(0, 0, 36_500),
  AUDIT_ENTRY_RETENTION_DAYS: integer(0, 0, 36_500),
  LOG_LEVEL: z
    .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
      error: 'must be silent, fatal, error, warn, info, debug or trace',
    })
    .default('info'),
});

/** The environment as it was understood. */
export type EnvironmentValues = z.infer<typeof environmentSchema>;
