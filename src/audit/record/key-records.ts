import type { KeyEvents } from '../../events/key-events.js';
import { type About, codes, OTHER, type RecordTable } from './record-table.js';
import type { Values } from './values.js';

const AUTHORIZE_SESSION = 3003;

const aboutKey = ({ userId, keyId }: { readonly userId: string; readonly keyId: string }): About => ({
  subject: userId,
  resource: `key:${keyId}`,
});

export const KEY_RECORDS = {
  'key.created': {
    action: 'KEY_CREATE',
    outcome: 'success',
    codes: codes('notice', [AUTHORIZE_SESSION, 1], ['iam', 'creation']),
    about: aboutKey,
    metadata: ({ keyId, publicKey, scopes }): Values =>
      publicKey === null ? { key_id: keyId, scopes } : { key_id: keyId, public_key: publicKey, scopes },
    personal: ({ name }) => ({ key_name: name }),
  },
  'key.revoked': {
    action: 'KEY_REVOKE',
    outcome: 'success',
    codes: codes('notice', [AUTHORIZE_SESSION, OTHER], ['iam', 'deletion']),
    about: aboutKey,
    metadata: ({ keyId }) => ({ key_id: keyId }),
  },
} as const satisfies RecordTable<KeyEvents>;
