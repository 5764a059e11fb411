import type { MasterKeys } from '../encryption/master-keys.js';

/** How every process of the service names its connections to PostgreSQL. */
export const SERVICE_NAME = 'microservices-api';

/**
 * The name of this process's connections. With master keys it ends with the id of the first one, so that `rekey` sees which processes
 * still seal under another.
 */
export function connectionName(keys: MasterKeys | null): string {
  return keys === null ? SERVICE_NAME : `${SERVICE_NAME} ${keys.currentId}`;
}

/** The URL without a name for connections, which would be used in place of ours. */
export function withoutName(url: string): string {
  const at = url.indexOf('?');
  if (at < 0) return url;
  const parameters = new URLSearchParams(url.slice(at + 1));
  parameters.delete('application_name');
  return parameters.size === 0 ? url.slice(0, at) : `${url.slice(0, at)}?${parameters.toString()}`;
}
