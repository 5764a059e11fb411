import type { CreateShareInput } from '../../clients/typescript/src/main.js';
import { api } from './access.js';

export const describe = (id: string) => api.files.describe({ path: { id } });
export const rename = (id: string, name: string) => api.files.rename({ path: { id }, body: { name } });
/** Into the trash. */
export const discard = (id: string) => api.files.delete({ path: { id } });
export const restore = (id: string) => api.trash.restore({ path: { id } });
export const purge = (id: string) => api.trash.delete({ path: { id } });
export const emptyTrash = () => api.trash.empty();

export const versionsOf = (id: string) => api.versions.list({ path: { id } });
export const restoreVersion = (id: string, version: number) =>
  api.versions.restore({ path: { id, version } });
export const removeVersion = (id: string, version: number) => api.versions.delete({ path: { id, version } });

export type ShareTerms = CreateShareInput;

export const share = (id: string, body: ShareTerms) => api.shares.create({ path: { id }, body });
export const sharesOf = (id: string) => api.shares.listOfFile({ path: { id } });
export const endShare = (id: string) => api.shares.revoke({ path: { id } });
