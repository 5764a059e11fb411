import { useState } from 'preact/hooks';
import { api } from '../../api/access.js';
import { revokeInvitation } from '../../api/admin.js';
import type { Invitation } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { ConfirmButton } from '../../parts/confirm-button.js';
import { Icon } from '../../parts/icon.js';
import { Panel, PanelState } from '../../parts/panel.js';
import { distanceOf } from '../../parts/time.js';
import { usePagedList } from '../../parts/use-paged-list.js';
import { InviteDialog } from './invite-dialog.js';

/** Invitations that nobody has used yet. */
export function InvitationList() {
  const [list, { items, loading, more, error }] = usePagedList<Invitation>((cursor, signal) =>
    api.invitations.list({ query: { limit: 50, cursor }, signal }),
  );
  const [making, setMaking] = useState(false);
  return (
    <Panel
      title="Invitations"
      text="A link to register, good once, for seven days."
      actions={
        <button type="button" class="button low" onClick={() => setMaking(true)}>
          Invite somebody
        </button>
      }
    >
      <PanelState
        waiting={more && items.length === 0}
        error={error}
        retry={() => inBackground(list.more())}
      />
      {!more && items.length === 0 && <p class="small quiet">No invitation waits for an answer.</p>}
      <ul class="things">
        {items.map((invitation) => (
          <li key={invitation.id}>
            <span class="kind">
              <Icon name="person" />
            </span>
            <div class="thing-words">
              <p>
                {whoOf(invitation)}{' '}
                {invitation.role !== 'user' && <span class="chip accent">{invitation.role}</span>}
              </p>
              <p class="small quiet">ends {distanceOf(invitation.expires)}</p>
            </div>
            <ConfirmButton
              class="button low"
              label={`Revoke the invitation of ${whoOf(invitation)}`}
              question="Revoke it?"
              run={() => inBackground(list.without(invitation.id, () => revokeInvitation(invitation.id)))}
            >
              Revoke
            </ConfirmButton>
          </li>
        ))}
      </ul>
      {more && !loading && items.length > 0 && (
        <button type="button" class="button low" onClick={() => inBackground(list.more())}>
          Show more
        </button>
      )}
      {making && <InviteDialog made={(made) => list.put(made)} close={() => setMaking(false)} />}
    </Panel>
  );
}

function whoOf({ email }: Invitation): string {
  return email ?? 'whoever has the link';
}
