import type { FileEvents } from '../../events/file-events.js';
import { type About, codes, type RecordTable } from './record-table.js';
import type { Values } from './values.js';

const API_ACTIVITY = 6003;
const FILE_HOSTING = 6006;

const FILE_DOWNLOAD = codes('info', [FILE_HOSTING, 2], ['file', 'access']);

const aboutFile = ({ ownerId, fileId }: { readonly ownerId: string; readonly fileId: string }): About => ({
  subject: ownerId,
  resource: `file:${fileId}`,
});
const aboutFiles = ({ ownerId }: { readonly ownerId: string }): About => ({
  subject: ownerId,
  resource: 'files',
});
const filename = ({ name }: { readonly name: string }) => ({ filename: name });

export const FILE_RECORDS = {
  'file.uploaded': {
    action: 'FILE_UPLOAD',
    outcome: 'success',
    codes: codes('info', [FILE_HOSTING, 1], ['file', 'creation']),
    about: aboutFile,
    metadata: ({ sha256, size }) => ({ sha256, size }),
    // The client's own words, as the name is.
    personal: ({ name, mimeType }) => ({ filename: name, mime_type: mimeType }),
  },
  'file.refused': {
    action: 'FILE_REFUSED',
    outcome: ({ aborted }) => (aborted ? 'aborted' : 'denied'),
    codes: codes('notice', [FILE_HOSTING, 1], ['file', 'denied']),
    about: aboutFiles,
    metadata: ({ reason }) => ({ reason }),
  },
  'file.listed': {
    action: 'FILE_LIST',
    outcome: 'success',
    codes: codes('info', [API_ACTIVITY, 2], ['file', 'access']),
    about: aboutFiles,
    metadata: ({ count }) => ({ count }),
  },
  'file.downloaded': {
    action: 'FILE_DOWNLOAD',
    outcome: 'success',
    codes: FILE_DOWNLOAD,
    about: aboutFile,
    metadata: ({ range }): Values => (range === null ? {} : { range }),
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
    personal: filename,
  },
} as const satisfies RecordTable<FileEvents>;
