import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import type { TokenKey } from './app-config.js';
import { ConfigError } from './config-error.js';
import { keepSecret } from './kept-secret.js';
import {
  newSigningKey,
  newSymmetricKey,
  newTokenSecret,
  parseSigningKey,
  parseSymmetricKey,
} from './secret-sources.js';
import { secretWeakness } from './secret-strength.js';

/** A secret that the environment does not give, with what the operator is told about it. */
interface Generated {
  readonly key: KeyObject;
  readonly warnings: readonly string[];
}

/** The keys of access tokens: those given, or one that is kept in a file. The first signs. @throws {ConfigError} */
export function tokenKeys(
  given: readonly string[],
  generatedPath: string,
): { readonly keys: readonly [TokenKey, ...TokenKey[]]; readonly warnings: readonly string[] } {
  const usable = given.filter((secret) => secret !== '');
  const warnings: string[] = [];
  if (usable.length === 0) {
    const kept = keep(generatedPath, newTokenSecret, secretWeakness);
    usable.push(kept.secret);
    warnings.push(generatedWarning('JWT_SECRET', generatedPath, kept.created));
  }
  const [first, ...rest] = usable.map(toTokenKey);
  return { keys: [first!, ...rest] as const, warnings };
}

/** The signing key of the audit log that is kept in a file. @throws {ConfigError} */
export function keptSigningKey(generatedPath: string): Generated {
  const kept = keep(generatedPath, newSigningKey, (text) =>
    parseSigningKey(text) === null ? 'must be an Ed25519 private key' : null,
  );
  const key = parseSigningKey(kept.secret)!;
  return { key, warnings: [generatedWarning('AUDIT_SIGNING_KEY', generatedPath, kept.created)] };
}

/** The key of second factors that is kept in a file. @throws {ConfigError} */
export function keptFactorKey(generatedPath: string): Generated {
  const kept = keep(generatedPath, newSymmetricKey, (text) =>
    parseSymmetricKey(text) === null ? 'must be the base64 of 32 bytes' : null,
  );
  return {
    key: parseSymmetricKey(kept.secret)!,
    warnings: [generatedWarning('FACTOR_KEY', generatedPath, kept.created)],
  };
}

/**
 * Applies the same checks to a stored secret as to a given one. @throws {ConfigError} when the secret cannot
 * be stored or used.
 */
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

/** The `kid` identifies a secret without revealing it: 8 hex digits of a hash with its own prefix. */
function toTokenKey(secret: string): TokenKey {
  const kid = createHash('sha256').update(`jwt-kid\n${secret}`).digest('hex').slice(0, 8);
  return { kid, key: createSecretKey(Buffer.from(secret)) };
}
