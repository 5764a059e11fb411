import type { FileEvents } from '../../events/file-events.js';
import { type About, codes, type RecordTable } from './record-table.js';
import type { Values } from './values.js';

const API_ACTIVITY = 6003;
const FILE_HOSTING = 6006;

const FILE_RESTORE = codes('info', [FILE_HOSTING, 8], ['file', 'change']);
const FILE_DOWNLOAD = codes('info', [FILE_HOSTING, 2], ['file', 'access']);

const aboutFile = ({ ownerId, fileId }: { readonly ownerId: string; readonly fileId: string }): About => ({
  subject: ownerId,
  resource: `file:${fileId}`,
});
const aboutFiles = ({ ownerId }: { readonly ownerId: string }): About => ({
  subject: ownerId,
  resource: 'files',
});
const filenameAndType = ({ name, mimeType }: { readonly name: string; readonly mimeType: string }) => ({
  filename: name,
  // Chosen by the client, like the name, so it is personal.
  mime_type: mimeType,
});
const filename = ({ name }: { readonly name: string }) => ({ filename: name });

export const FILE_RECORDS = {
  'file.uploaded': {
    action: 'FILE_UPLOAD',
    outcome: 'success',
    codes: codes('info', [FILE_HOSTING, 1], ['file', 'creation']),
    about: aboutFile,
    metadata: ({ sha256, size }) => ({ sha256, size }),
    personal: filenameAndType,
  },
  'file.replaced': {
    action: 'FILE_REPLACE',
    outcome: 'success',
    codes: codes('info', [FILE_HOSTING, 3], ['file', 'change']),
    about: aboutFile,
    metadata: ({ sha256, size, version }) => ({ sha256, size, version }),
    personal: filenameAndType,
  },
  'file.version_restored': {
    action: 'FILE_RESTORE',
    outcome: 'success',
    codes: FILE_RESTORE,
    about: aboutFile,
    metadata: ({ version }) => ({ version }),
    personal: filename,
  },
  'file.version_deleted': {
    action: 'VERSION_DELETE',
    outcome: 'success',
    codes: codes('notice', [FILE_HOSTING, 4], ['file', 'deletion']),
    about: aboutFile,
    metadata: ({ version }) => ({ version }),
    personal: filename,
  },
  'file.refused': {
    action: 'FILE_REFUSED',
    outcome: ({ aborted }) => (aborted ? 'aborted' : 'denied'),
    codes: codes('notice', [FILE_HOSTING, 1], ['file', 'denied']),
    about: ({ ownerId, fileId }) =>
      fileId === null ? aboutFiles({ ownerId }) : aboutFile({ ownerId, fileId }),
    metadata: ({ reason }) => ({ reason }),
  },
  'file.listed': {
    action: 'FILE_LIST',
    outcome: 'success',
    codes: codes('info', [API_ACTIVITY, 2], ['file', 'access']),
    about: aboutFiles,
    metadata: ({ count, inTrash }): Values => (inTrash ? { count, trash: true } : { count }),
  },
  'file.downloaded': {
    action: 'FILE_DOWNLOAD',
    outcome: 'success',
    codes: FILE_DOWNLOAD,
    about: aboutFile,
    metadata: ({ range, version }): Values => ({
      ...(range === null ? {} : { range }),
      ...(version === null ? {} : { version }),
    }),
    personal: filename,
  },
  'file.download_failed': {
    action: 'FILE_DOWNLOAD',
    outcome: 'failure',
    codes: FILE_DOWNLOAD,
    about: aboutFile,
    metadata: ({ reason }) => ({ reason }),
    personal: filename,
  },
  'file.renamed': {
    action: 'FILE_RENAME',
    outcome: 'success',
    codes: codes('info', [FILE_HOSTING, 5], ['file', 'change']),
    about: aboutFile,
    personal: filename,
  },
  'file.deleted': {
    action: 'FILE_DELETE',
    outcome: 'success',
    codes: codes('notice', [FILE_HOSTING, 4], ['file', 'deletion']),
    about: aboutFile,
    metadata: ({ permanently }) => ({ permanently }),
    personal: filename,
  },
  'file.restored': {
    action: 'FILE_RESTORE',
    outcome: 'success',
    codes: FILE_RESTORE,
    about: aboutFile,
    personal: filename,
  },
  'file.purged': {
    action: 'FILE_PURGE',
    outcome: 'success',
    codes: codes('notice', [FILE_HOSTING, 4], ['file', 'deletion']),
    about: aboutFile,
    metadata: ({ trashedAt }) => ({ trashed: trashedAt }),
    personal: filename,
  },
} as const satisfies RecordTable<FileEvents>;
