import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** A secret of the service: the variable that gets it, and its name in Secrets Manager. */
export interface ServiceSecret {
  readonly variable: string;
  readonly name: string;
  /** Makes a first value. Null when only the operator knows it. */
  readonly make: (() => string) | null;
}

const PREFIX = 'microservices-api';

/** The password of the database. Secrets Manager makes it, because the database needs it before the service. */
export const DATABASE_PASSWORD = `${PREFIX}/database-password`;

/** All secrets but the password of the database. */
export const SERVICE_SECRETS: readonly ServiceSecret[] = [
  secret('JWT_SECRET', () => randomBytes(48).toString('base64')),
  // On one line, because not every way into a variable keeps line breaks.
  secret('AUDIT_SIGNING_KEY', () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  ),
  secret('FACTOR_KEY', () => randomBytes(32).toString('base64')),
  secret('ENCRYPTION_KEY', () => randomBytes(32).toString('base64')),
  secret('SMTP_URL', null),
];

/** True for a variable whose value must not stand in a template. A database URL may have a password. */
export function isSecret(variable: string): boolean {
  const name = variable.replace(/_FILE$/, '');
  return (
    ['DATABASE_URL', 'PGPASSWORD'].includes(name) || SERVICE_SECRETS.some((known) => known.variable === name)
  );
}

function secret(variable: string, make: (() => string) | null): ServiceSecret {
  return { variable, name: `${PREFIX}/${variable.toLowerCase().replaceAll('_', '-')}`, make };
}
