import { call } from './call.js';
import type { NewShare, Share, StoredFile, Version } from './types.js';

const at = (id: string, rest = '') => `/api/files/${id}${rest}`;

export const describe = (id: string) => call<StoredFile>('GET', at(id, '/metadata'));
export const rename = (id: string, name: string) => call<StoredFile>('PATCH', at(id), { json: { name } });
/** Into the trash. */
export const discard = (id: string) => call('DELETE', at(id));
export const restore = (id: string) => call<StoredFile>('POST', `/api/trash/${id}/restore`);
export const purge = (id: string) => call('DELETE', `/api/trash/${id}`);
export const emptyTrash = () => call('DELETE', '/api/trash');

export const versionsOf = (id: string) => call<Version[]>('GET', at(id, '/versions'));
export const restoreVersion = (id: string, version: number) =>
  call<StoredFile>('POST', at(id, `/versions/${version}/restore`));
export const removeVersion = (id: string, version: number) => call('DELETE', at(id, `/versions/${version}`));

/** The address of the bytes, of an earlier version too. */
export const bytesOf = (id: string, version?: number) =>
  version === undefined ? at(id) : at(id, `/versions/${version}`);

export interface ShareTerms {
  /** Seconds. */
  readonly expires_in?: number;
  readonly password?: string;
  readonly max_downloads?: number;
  readonly note?: string;
}

export const share = (id: string, terms: ShareTerms) =>
  call<NewShare>('POST', at(id, '/shares'), { json: terms });
export const sharesOf = (id: string) => call<Share[]>('GET', at(id, '/shares'));
export const endShare = (id: string) => call('DELETE', `/api/shares/${id}`);
