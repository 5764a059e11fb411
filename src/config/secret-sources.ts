import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

const PLACEHOLDER =
  /change[-_ ]?me|placeholder|your[-_ ]|example|replace|secret-?key|default|password|insecure|todo/i;

/** The secrets that also come as a file, named by their `*_FILE` twin (container and Kubernetes secrets). */
export const FILE_TWINS = ['JWT_SECRET', 'DATABASE_URL', 'AUDIT_SIGNING_KEY'] as const;

/**
 * Replaces each `NAME_FILE` by the content of the file it names, without its trailing line break.
 * Faults name the variable and never show its value or the file's content.
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
    } catch (error) {
      faults.push(
        `${name}_FILE cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      );
    }
  }
  return { env: resolved, faults };
}

/** A new secret to sign tokens with. */
export function newTokenSecret(): string {
  return randomBytes(48).toString('base64url');
}

/** A new Ed25519 private key as PKCS8 PEM. */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Reads an Ed25519 private key from PKCS8 PEM, or from the base64 of its DER on one line; null when it is none. */
export function parseSigningKey(text: string): KeyObject | null {
  try {
    const key = text.includes('-----BEGIN')
      ? createPrivateKey(text)
      : createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    // Whatever is wrong with it, the fault is the same; its content must not be shown.
    return null;
  }
}

/** Says why a secret is too weak to sign with, or null when it is not. Never quotes it. */
export function secretWeakness(secret: string): string | null {
  if (Buffer.byteLength(secret) < 32) return 'must be at least 32 bytes';
  if (new Set(secret).size < 8) return 'repeats too few different characters';
  if (PLACEHOLDER.test(secret)) return 'looks like a placeholder; generate one with: openssl rand -base64 48';
  return null;
}

/**
 * Returns the secret kept at `path`, made on first use with mode 0600.
 * Two processes that start together agree: the file is created exclusively and the loser reads it.
 */
export function loadOrCreateSecret(path: string, make: () => string): { secret: string; created: boolean } {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = make();
  try {
    writeFileSync(path, fresh, { mode: 0o600, flag: 'wx', flush: true });
    return { secret: fresh, created: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return { secret: readFileSync(path, 'utf8').trim(), created: false };
  }
}
