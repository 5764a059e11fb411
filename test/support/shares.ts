import type { Answer, Client } from './client.js';

export interface ShareBody {
  id: string;
  file_id: string;
  url: string;
  token: string;
  expires: string | null;
  max_downloads: number | null;
  downloads: number;
  has_password: boolean;
  note: string | null;
  created: string;
  code?: string;
}

interface ShareInput {
  readonly expires_in?: number;
  readonly password?: string;
  readonly max_downloads?: number;
  readonly note?: string;
}

/** Makes a link to a file of the client. */
export function share(client: Client, fileId: string, input: ShareInput = {}): Promise<Answer<ShareBody>> {
  return client.json<ShareBody>('POST', `/api/files/${fileId}/shares`, input);
}

export interface GrantBody {
  url: string;
  file: { name: string; size: number; mime_type: string; sha256: string };
  expires: string;
  code?: string;
}

/** Asks for a grant, which counts as one download. The token of the client does not matter. */
export function openShare(
  client: Client,
  token: string,
  password?: string,
  headers: Record<string, string> = {},
): Promise<Answer<GrantBody>> {
  return client.json<GrantBody>('POST', `/api/public/shares/${token}/grants`, { password }, headers);
}

/** The token in the address of a grant. */
export function tokenOf({ url }: GrantBody): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** The path of a grant. */
export function pathOf({ url }: GrantBody): string {
  return new URL(url).pathname;
}
