import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

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
      if (resolved[name] === '') faults.push(`${name}_FILE names a file that is empty`);
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
