import { type CreateInvitationInput, isRefusal } from '../../clients/typescript/src/main.js';
import { api } from './access.js';
import type { Check } from './types.js';

export type GrantableRole = 'auditor' | 'admin';
export type InvitationTerms = CreateInvitationInput;

export const setRole = (id: string, role: GrantableRole, granted: boolean) =>
  granted ? api.users.grantRole({ path: { id, role } }) : api.users.revokeRole({ path: { id, role } });
export const setDisabled = (id: string, disabled: boolean) =>
  disabled ? api.users.disable({ path: { id } }) : api.users.enable({ path: { id } });
export const endSessionsOf = (id: string) => api.users.endSessions({ path: { id } });
/** @param bytes 0 for no limit, null for the general quota. */
export const setQuota = (id: string, bytes: number | null) =>
  api.users.setQuota({ path: { id }, body: { bytes } });

export const invite = (body: InvitationTerms) => api.invitations.create({ body });
export const revokeInvitation = (id: string) => api.invitations.revoke({ path: { id } });

export const readService = () => api.service.describe();

/** The state of every part of the service, also when it is not ready. */
export async function readChecks(): Promise<readonly Check[]> {
  try {
    return (await api.service.ready()).checks;
  } catch (error) {
    if (isRefusal(error, 'not_ready') && error.problem.checks !== undefined) return error.problem.checks;
    throw error;
  }
}
