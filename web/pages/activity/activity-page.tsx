import { useEffect, useRef, useState } from 'preact/hooks';
import { entriesOf } from '../../api/log.js';
import type { PagedList } from '../../api/paged-list.js';
import type { Entry, User } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { Icon } from '../../parts/icon.js';
import { lazy } from '../../parts/lazy.js';
import { ListStates } from '../../parts/list-states.js';
import { LongTable } from '../../parts/long-table.js';
import { momentOf } from '../../parts/time.js';
import { usePagedList } from '../../parts/use-paged-list.js';
import { EntryDialog } from './entry-dialog.js';
import { sentenceOf } from './sentences.js';
import { TOPICS } from './topics.js';
import type { Scope } from './verify/outcome.js';
import './activity.css';

const POLL_MS = 10_000;

const VerifyPanel = lazy(
  async () => (await import('./verify/verify-panel.js')).VerifyPanel,
  <div class="card verify-bone" aria-busy="true">
    <span class="bone head-bone" />
  </div>,
);

/** The trail as sentences, newest first, with the raw entry behind each. Auditors see that of everybody. */
export function ActivityPage({ user }: { readonly user: User }) {
  const audits = user.roles.includes('auditor');
  const [topic, setTopic] = useState(TOPICS[0]!);
  const [everybody, setEverybody] = useState(audits);
  const subject = audits && !everybody ? user.id : null;
  const [list, state] = usePagedList(entriesOf(topic, subject), [topic, subject]);
  const [shown, setShown] = useState<Entry | null>(null);
  const [checked, setChecked] = useState<Scope | null>(null);
  const verifyButton = useRef<HTMLButtonElement>(null);
  const closeCheck = () => {
    setChecked(null);
    verifyButton.current!.focus();
  };
  usePolling(list, !everybody);
  return (
    <div class="page">
      <div class="page-head">
        <h1>Activity</h1>
        <button
          ref={verifyButton}
          type="button"
          class="button"
          onClick={() =>
            setChecked({
              subject: audits && everybody ? null : user.id,
              named: audits && !everybody,
              seen: newestOf(state.items),
            })
          }
        >
          <Icon name="shield" />
          Verify
        </button>
        <p>
          Everything that happened to your account and your files. No entry can be changed or removed unseen.
        </p>
      </div>
      {checked !== null && <VerifyPanel scope={checked} close={closeCheck} />}
      <fieldset class="topics">
        <legend class="unseen">What to show</legend>
        {TOPICS.map((choice) => (
          <label key={choice.name} class="topic">
            <input type="radio" name="topic" checked={choice === topic} onChange={() => setTopic(choice)} />
            <span>{choice.name}</span>
          </label>
        ))}
        {audits && (
          <label class="check">
            <input
              type="checkbox"
              checked={everybody}
              onChange={({ currentTarget }) => setEverybody(currentTarget.checked)}
            />
            Of everybody
          </label>
        )}
      </fieldset>
      <ListStates
        list={list}
        state={state}
        empty={
          <div class="empty">
            <Icon name="activity" />
            <h2>Nothing of this kind has happened</h2>
          </div>
        }
      >
        <LongTable
          list={list}
          state={state}
          heads={[
            { name: 'What', class: 'name' },
            { name: 'From', class: 'from' },
            { name: 'When', class: 'time stamp' },
          ]}
          row={(entry) => <EntryCells entry={entry} show={setShown} />}
        />
      </ListStates>
      {shown !== null && <EntryDialog entry={shown} close={() => setShown(null)} />}
    </div>
  );
}

/** The highest place of an entry in the log. Null without any. */
function newestOf(entries: readonly Entry[]): number | null {
  return entries.reduce<number | null>(
    (most, { seq }) => (seq === null ? most : Math.max(most ?? 0, seq)),
    null,
  );
}

interface EntryCellsProps {
  readonly entry: Entry;
  readonly show: (entry: Entry) => void;
}

function EntryCells({ entry, show }: EntryCellsProps) {
  const { outcome, ip, timestamp } = entry;
  return (
    <>
      <td class="name">
        <span class={`mark ${outcome}`}>
          <Icon name={outcome === 'success' ? 'check' : 'notice'} />
          <span class="unseen">{outcome}</span>
        </span>
        <span class="what">
          <button type="button" class="open" title={sentenceOf(entry)} onClick={() => show(entry)}>
            {sentenceOf(entry)}
          </button>
          <span class="under small quiet">
            {momentOf(timestamp)}
            {ip !== null && `, ${ip}`}
          </span>
        </span>
      </td>
      <td class="from number">{ip ?? ''}</td>
      <td class="time stamp">
        <time dateTime={timestamp}>{momentOf(timestamp)}</time>
      </td>
    </>
  );
}

/** Asks for newer entries while the page is looked at. Reading everybody's is recorded each time, so it is not polled. */
function usePolling(list: PagedList<Entry>, live: boolean): void {
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') inBackground(list.refresh());
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [list, live]);
}
