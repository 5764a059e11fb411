import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
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

/**
 * What becomes of a secret that neither the environment nor a file gives: it is made and kept in its file, or made for this time only,
 * and nothing is written.
 */
export type Keeping = 'keep' | 'draft';

/** A secret that the environment does not give, with what the operator is told about it. `created`: it was made just now. */
interface Generated {
  readonly key: KeyObject;
  readonly created: boolean;
  readonly warnings: readonly string[];
}

/** The keys of access tokens: those given, or one that is kept in a file. The first signs. @throws {ConfigError} */
export function tokenKeys(
  given: readonly string[],
  generatedPath: string,
  keeping: Keeping,
): Omit<Generated, 'key'> & { readonly keys: readonly [TokenKey, ...TokenKey[]] } {
  const usable = given.filter((secret) => secret !== '');
  const warnings: string[] = [];
  let created = false;
  if (usable.length === 0) {
    const kept = keep(generatedPath, newTokenSecret, secretWeakness, keeping);
    created = kept.created;
    usable.push(kept.secret);
    warnings.push(generatedWarning('JWT_SECRET', generatedPath, kept.created));
  }
  const [first, ...rest] = usable.map(toTokenKey);
  return { keys: [first!, ...rest] as const, created, warnings };
}

/** The signing key of the audit log that is kept in a file. @throws {ConfigError} */
export function keptSigningKey(generatedPath: string, keeping: Keeping): Generated {
  const faultOf = (text: string) =>
    parseSigningKey(text) === null ? 'must be an Ed25519 private key' : null;
  const kept = keep(generatedPath, newSigningKey, faultOf, keeping);
  const key = parseSigningKey(kept.secret)!;
  return {
    key,
    created: kept.created,
    warnings: [generatedWarning('AUDIT_SIGNING_KEY', generatedPath, kept.created)],
  };
}

/** The key of second factors that is kept in a file. @throws {ConfigError} */
export function keptFactorKey(generatedPath: string, keeping: Keeping): Generated {
  const faultOf = (text: string) =>
    parseSymmetricKey(text) === null ? 'must be the base64 of 32 bytes' : null;
  const kept = keep(generatedPath, newSymmetricKey, faultOf, keeping);
  return {
    key: parseSymmetricKey(kept.secret)!,
    created: kept.created,
    warnings: [generatedWarning('FACTOR_KEY', generatedPath, kept.created)],
  };
}

/**
 * Applies the same checks to a stored secret as to a given one. @throws {ConfigError} when the secret cannot
 * be stored or used.
 */
function keep(
  path: string,
  make: () => string,
  faultOf: (secret: string) => string | null,
  keeping: Keeping,
) {
  if (keeping === 'draft' && !existsSync(path)) return { secret: make(), created: true };
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
