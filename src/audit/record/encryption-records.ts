import type { EncryptionEvents } from '../../events/encryption-events.js';
import { type About, codes, type RecordTable } from './record-table.js';

const APPLICATION_LIFECYCLE = 6002;

/** It concerns everybody. */
const aboutNobody = (): About => ({ subject: null, resource: null });

export const ENCRYPTION_RECORDS = {
  'encryption.completed': {
    action: 'ENCRYPTION_ENABLE',
    outcome: 'success',
    codes: codes('notice', [APPLICATION_LIFECYCLE, 6], ['configuration', 'change']),
    about: aboutNobody,
    metadata: ({ contents, keyId, left }) => ({ contents, key_id: keyId, left }),
  },
  'encryption.rekeyed': {
    action: 'ENCRYPTION_REKEY',
    outcome: 'success',
    codes: codes('notice', [APPLICATION_LIFECYCLE, 8], ['configuration', 'change']),
    about: aboutNobody,
    metadata: ({ keyId, resealed }) => ({ key_id: keyId, resealed }),
  },
} as const satisfies RecordTable<EncryptionEvents>;
