import { call } from './call.js';
import { Problem } from './problem.js';
import type { Check, ListedUser, NewInvitation, ServiceInfo, StorageUse } from './types.js';

export type GrantableRole = 'auditor' | 'admin';

type Managed = Omit<ListedUser, 'storage'>;

export const setRole = (id: string, role: GrantableRole, granted: boolean) =>
  call<Managed>(granted ? 'PUT' : 'DELETE', `/api/admin/users/${id}/roles/${role}`);
export const setDisabled = (id: string, disabled: boolean) =>
  call<Managed>('POST', `/api/admin/users/${id}/${disabled ? 'disable' : 'enable'}`);
export const endSessionsOf = (id: string) => call('DELETE', `/api/admin/users/${id}/sessions`);
/** @param bytes 0 for no limit, null for the general quota. */
export const setQuota = (id: string, bytes: number | null) =>
  call<StorageUse>('PUT', `/api/admin/users/${id}/quota`, { json: { bytes } });

export interface InvitationTerms {
  readonly email?: string;
  readonly role: string;
}

export const invite = (terms: InvitationTerms) =>
  call<NewInvitation>('POST', '/api/admin/invitations', { json: terms });
export const revokeInvitation = (id: string) => call('DELETE', `/api/admin/invitations/${id}`);

export const readService = () => call<ServiceInfo>('GET', '/api/admin/service');

/** The state of every part of the service, also when it is not ready. */
export async function readChecks(): Promise<readonly Check[]> {
  try {
    return (await call<{ readonly checks: readonly Check[] }>('GET', '/ready')).checks;
  } catch (error) {
    if (error instanceof Problem && error.body.checks !== undefined) return error.body.checks;
    throw error;
  }
}
