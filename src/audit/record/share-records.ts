import type { ShareEvents } from '../../events/share-events.js';
import { type About, codes, type RecordTable } from './record-table.js';

const FILE_HOSTING = 6006;

const aboutShare = ({ ownerId, shareId }: { readonly ownerId: string; readonly shareId: string }): About => ({
  subject: ownerId,
  resource: `share:${shareId}`,
});
const filename = ({ name }: { readonly name: string }) => ({ filename: name });

export const SHARE_RECORDS = {
  'share.created': {
    action: 'SHARE_CREATE',
    outcome: 'success',
    codes: codes('notice', [FILE_HOSTING, 12], ['file', 'creation']),
    about: aboutShare,
    metadata: ({ expiresAt, fileId, hasPassword, maxDownloads }) => ({
      expires: expiresAt,
      file_id: fileId,
      has_password: hasPassword,
      max_downloads: maxDownloads,
    }),
    personal: filename,
  },
  'share.opened': {
    action: 'SHARE_OPEN',
    outcome: 'success',
    codes: codes('info', [FILE_HOSTING, 14], ['file', 'access']),
    about: aboutShare,
    metadata: ({ fileId, version }) => ({ file_id: fileId, version }),
    personal: filename,
  },
  'share.denied': {
    action: 'SHARE_DENIED',
    outcome: 'denied',
    codes: codes('warning', [FILE_HOSTING, 14], ['file', 'denied']),
    about: aboutShare,
    metadata: ({ fileId, reason }) => ({ file_id: fileId, reason }),
    personal: filename,
  },
  'share.revoked': {
    action: 'SHARE_REVOKE',
    outcome: 'success',
    codes: codes('notice', [FILE_HOSTING, 13], ['file', 'deletion']),
    about: aboutShare,
    metadata: ({ fileId }) => ({ file_id: fileId }),
  },
} as const satisfies RecordTable<ShareEvents>;
