import { api } from '../../api/access.js';
import { endOtherSessions, endSession } from '../../api/security.js';
import type { Session } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { ConfirmButton } from '../../parts/confirm-button.js';
import { Icon } from '../../parts/icon.js';
import { programOf } from '../../parts/program-name.js';
import { distanceOf } from '../../parts/time.js';
import { toast } from '../../parts/toasts.js';
import { usePagedList } from '../../parts/use-paged-list.js';
import { Panel, PanelState } from '../../parts/panel.js';

/** Where the user is signed in. */
export function SessionList() {
  const [list, { items, more, error }] = usePagedList<Session>((cursor, signal) =>
    api.sessions.list({ query: { limit: 100, cursor }, signal }),
  );
  const end = async ({ id, device }: Session) => {
    await endSession(id);
    list.take(id);
    toast({ text: `${programOf(device)} was signed out.` });
  };
  const endOthers = async () => {
    await endOtherSessions();
    for (const { id, current } of items) if (!current) list.take(id);
    toast({ text: 'All other devices were signed out.' });
  };
  return (
    <Panel
      title="Signed in on"
      text="End what you do not know, and change your password."
      actions={
        items.length > 1 && (
          <ConfirmButton class="button low" question="Sign them out?" run={() => inBackground(endOthers())}>
            Sign out all others
          </ConfirmButton>
        )
      }
    >
      <PanelState
        waiting={more && items.length === 0}
        error={error}
        retry={() => inBackground(list.more())}
      />
      <ul class="things">
        {items.map((session) => (
          <li key={session.id}>
            <span class="kind">
              <Icon name="person" />
            </span>
            <div class="thing-words">
              <p>
                {programOf(session.device)} {session.current && <span class="chip accent">this one</span>}
              </p>
              <p class="small quiet">
                {session.ip ?? 'Unknown address'}, used {distanceOf(session.last_used)}
              </p>
            </div>
            {!session.current && (
              <button
                type="button"
                class="button low"
                aria-label={`Sign out ${programOf(session.device)} at ${session.ip ?? 'an unknown address'}`}
                onClick={() => inBackground(end(session))}
              >
                Sign out
              </button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
