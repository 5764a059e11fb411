import { parseCosignerVkey } from '../audit/merkle/cosignature.js';
import type { CosignerConfig } from './app-config.js';

/** An export has a note for each of them. */
const MAX_COSIGNERS = 16;
/** The length of the database's column. */
const MAX_VKEY = 300;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The witnesses of `AUDIT_WITNESSES`: `VKEY@URL`, several separated by commas. */
export function parseCosigners(text: string): {
  cosigners: readonly CosignerConfig[];
  faults: readonly string[];
} {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const cosigners: CosignerConfig[] = [];
  const faults: string[] = [];
  for (const [index, part] of parts.entries()) {
    const cosigner = parseCosigner(part);
    if (typeof cosigner === 'string') faults.push(`AUDIT_WITNESSES ${index + 1} ${cosigner}`);
    else cosigners.push(cosigner);
  }
  if (parts.length > MAX_COSIGNERS) faults.push(`AUDIT_WITNESSES has more than ${MAX_COSIGNERS} witnesses`);
  if (new Set(cosigners.map(({ verifier }) => verifier.vkey)).size < cosigners.length)
    faults.push('AUDIT_WITNESSES names a witness twice');
  return { cosigners, faults };
}

/** The fault as text. */
function parseCosigner(text: string): CosignerConfig | string {
  const [, vkey = '', url = ''] = /^(\S+)@(https?:\/\/\S+)$/.exec(text) ?? [];
  const verifier = vkey.length > MAX_VKEY ? null : parseCosignerVkey(vkey);
  if (verifier === null)
    return 'must be VKEY@https://host/prefix with the key of a witness (type 0x04), such as witness.example+a1b2c3d4+BBkw…@https://witness.example';
  if (!URL.canParse(url)) return 'has no valid address';
  const { protocol, hostname, username, search, hash } = new URL(url);
  if (username !== '' || search !== '' || hash !== '') return 'must have an address without user and query';
  if (protocol === 'http:' && !LOOPBACK.test(hostname)) return 'must be reached by https';
  return { verifier, url: url.replace(/\/$/, '') };
}
