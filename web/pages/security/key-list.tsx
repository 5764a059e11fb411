import { useState } from 'preact/hooks';
import { api } from '../../api/access.js';
import { revokeKey } from '../../api/security.js';
import type { ApiKey, NewApiKey } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { ConfirmButton } from '../../parts/confirm-button.js';
import { Icon } from '../../parts/icon.js';
import { distanceOf } from '../../parts/time.js';
import { usePagedList } from '../../parts/use-paged-list.js';
import { KeyDialog } from './key-dialog.js';
import { Panel, PanelState } from '../../parts/panel.js';

/** The keys of programs that act for the user. */
export function KeyList() {
  const [list, { items, more, error }] = usePagedList<ApiKey>((cursor, signal) =>
    api.keys.list({ query: { limit: 100, cursor }, signal }),
  );
  const [making, setMaking] = useState(false);
  return (
    <Panel
      title="API keys"
      text="For programs that act for you, within the scopes of their key."
      actions={
        <button type="button" class="button low" onClick={() => setMaking(true)}>
          New key
        </button>
      }
    >
      <PanelState
        waiting={more && items.length === 0}
        error={error}
        retry={() => inBackground(list.more())}
      />
      {!more && items.length === 0 && <p class="small quiet">No program has a key.</p>}
      <ul class="things">
        {items.map((key) => (
          <li key={key.id}>
            <span class="kind">
              <Icon name="key" />
            </span>
            <div class="thing-words">
              <p>
                {key.name} {key.public_key !== null && <span class="chip">signs its requests</span>}
              </p>
              <p class="small quiet">
                {key.scopes.join(', ')};{' '}
                {key.last_used === null ? 'not used yet' : `used ${distanceOf(key.last_used)}`}
                {key.expires !== null && `, ends ${distanceOf(key.expires)}`}
              </p>
              {key.public_key !== null && <p class="small quiet mono">{key.id}</p>}
            </div>
            <ConfirmButton
              class="button low"
              label={`Revoke ${key.name}`}
              question="Revoke it?"
              run={() => inBackground(list.without(key.id, () => revokeKey(key.id)))}
            >
              Revoke
            </ConfirmButton>
          </li>
        ))}
      </ul>
      {making && <KeyDialog made={(key: NewApiKey) => list.put(key)} close={() => setMaking(false)} />}
    </Panel>
  );
}
