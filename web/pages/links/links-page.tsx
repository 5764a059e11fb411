import { api } from '../../api/access.js';
import { describe, endShare } from '../../api/files.js';
import { isGone } from '../../api/refusal.js';
import type { PagedList } from '../../api/paged-list.js';
import type { Share } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { ConfirmButton } from '../../parts/confirm-button.js';
import { Icon } from '../../parts/icon.js';
import { ListStates } from '../../parts/list-states.js';
import { LongTable } from '../../parts/long-table.js';
import { shareTermsOf } from '../../parts/share-terms.js';
import { momentOf } from '../../parts/time.js';
import { useAnswer } from '../../parts/use-answer.js';
import { usePagedList } from '../../parts/use-paged-list.js';

/** All links of the user, to whatever file. */
export function LinksPage() {
  const [list, state] = usePagedList<Share>((cursor, signal) =>
    api.shares.list({ query: { limit: 100, cursor }, signal }),
  );
  return (
    <div class="page">
      <div class="page-head">
        <h1>Links</h1>
        <p>Who has one of these links can open its file, without an account.</p>
      </div>
      <ListStates
        list={list}
        state={state}
        empty={
          <div class="empty">
            <Icon name="link" />
            <h2>Nothing is shared</h2>
            <p>Share a file from its menu. Its links are then listed here, with how often they were used.</p>
          </div>
        }
      >
        <LongTable
          list={list}
          state={state}
          heads={[
            { name: 'File', class: 'name' },
            { name: 'Made', class: 'time stamp' },
            { name: 'Actions', class: 'acts wide', unseen: true },
          ]}
          row={(share) => <ShareRow share={share} list={list} />}
        />
      </ListStates>
    </div>
  );
}

function ShareRow({ share, list }: { readonly share: Share; readonly list: PagedList<Share> }) {
  return (
    <>
      <td class="name">
        <span class="kind image">
          <Icon name={share.has_password ? 'lock' : 'link'} />
        </span>
        <span class="what">
          <span class="open" title={share.note ?? undefined}>
            <FileName id={share.file_id} />
            {share.note !== null && <span class="quiet"> · {share.note}</span>}
          </span>
          <span class="below small quiet">{shareTermsOf(share)}</span>
        </span>
      </td>
      <td class="time stamp">{momentOf(share.created)}</td>
      <td class="acts wide">
        <span class="act-row">
          <ConfirmButton
            class="button plain low"
            question="End for good?"
            run={() => inBackground(list.without(share.id, () => endShare(share.id)))}
          >
            End link
          </ConfirmButton>
        </span>
      </td>
    </>
  );
}

/** Names that were asked for. Many links can lead to one file. */
const names = new Map<string, Promise<string>>();

function FileName({ id }: { readonly id: string }) {
  const ask = () => {
    const name = names.get(id) ?? describe(id).then((file) => file.name);
    names.set(id, name);
    name.catch(() => names.delete(id));
    return name;
  };
  const { value, error } = useAnswer(ask, [id]);
  if (error !== null) return <>{isGone(error) ? 'A file in the trash' : 'Its name could not be read'}</>;
  return <>{value ?? '…'}</>;
}
