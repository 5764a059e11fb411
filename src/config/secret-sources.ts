import {
  createPrivateKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { readFileSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The secrets that can also be in a file, named by `*_FILE` (container and Kubernetes secrets). */
export const FILE_TWINS = [
  'JWT_SECRET',
  'DATABASE_URL',
  'AUDIT_SIGNING_KEY',
  'FACTOR_KEY',
  'ENCRYPTION_KEY',
  'SMTP_URL',
] as const;

/**
 * Replaces each `NAME_FILE` with the content of its file, without the trailing line break. Faults name the
 * variable and never show a value or the content of a file.
 */
export function readFileTwins(env: Environment): { env: Environment; faults: string[] } {
  const resolved: Record<string, string | undefined> = { ...env };
  const faults: string[] = [];
  for (const name of FILE_TWINS) {
    const file = env[`${name}_FILE`];
    if (file === undefined || file === '') continue;
    if (env[name]) {
      faults.push(`${name} and ${name}_FILE are both set; set one of them`);
      continue;
    }
    try {
      resolved[name] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      if (resolved[name] === '') faults.push(`${name}_FILE names a file that is empty`);
    } catch (error) {
      faults.push(
        `${name}_FILE cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      );
    }
  }
  return { env: resolved, faults };
}

/** A new random secret that signs tokens. */
export function newTokenSecret(): string {
  return randomBytes(48).toString('base64url');
}

/** A new Ed25519 private key as PKCS8 PEM. */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * Reads an Ed25519 private key from PKCS8 PEM, or from the base64 of its DER on one line. Null when it is
 * invalid.
 */
export function parseSigningKey(text: string): KeyObject | null {
  try {
    const key = text.includes('-----BEGIN')
      ? createPrivateKey(text)
      : createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    // The same fault for every reason. The content must not be shown.
    return null;
  }
}

const SYMMETRIC_KEY_BYTES = 32;

/** A new random key of 32 bytes, in base64. */
export function newSymmetricKey(): string {
  return randomBytes(SYMMETRIC_KEY_BYTES).toString('base64');
}

/** Reads a key of 32 bytes from base64. Null when it is invalid. */
export function parseSymmetricKey(text: string): KeyObject | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === SYMMETRIC_KEY_BYTES && bytes.toString('base64') === text
    ? createSecretKey(bytes)
    : null;
}
