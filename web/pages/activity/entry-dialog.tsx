import type { Entry } from '../../api/types.js';
import { useState } from 'preact/hooks';
import { CopyButton } from '../../parts/copy-button.js';
import { Dialog } from '../../parts/dialog.js';
import { Icon } from '../../parts/icon.js';
import { lazy } from '../../parts/lazy.js';
import { programOf } from '../../parts/program-name.js';
import { momentOf } from '../../parts/time.js';
import { sentenceOf } from './sentences.js';

const ProofView = lazy(
  async () => (await import('./proof/proof-view.js')).ProofView,
  <span class="bone" aria-hidden="true" />,
);

interface EntryDialogProps {
  readonly entry: Entry;
  readonly close: () => void;
}

/** An entry in words, as the service keeps it, and the proof that it is in the log. */
export function EntryDialog({ entry, close }: EntryDialogProps) {
  const [proving, setProving] = useState(false);
  return (
    <Dialog title={sentenceOf(entry)} class={proving ? 'entry-dialog proving' : 'entry-dialog'} close={close}>
      <div class="body stack">
        {proving ? <ProofView entry={entry} /> : <Description entry={entry} />}
        <div class="row">
          {proving ? (
            <button type="button" class="button low" onClick={() => setProving(false)}>
              <Icon name="back" />
              Back to the entry
            </button>
          ) : (
            <button type="button" class="button low" onClick={() => setProving(true)}>
              <Icon name="shield" />
              Show its proof
            </button>
          )}
          {!proving && <CopyButton text={rawOf(entry)} label="Copy entry" />}
        </div>
      </div>
    </Dialog>
  );
}

function Description({ entry }: { readonly entry: Entry }) {
  return (
    <>
      <dl class="facts">
        <dt>When</dt>
        <dd>{momentOf(entry.timestamp)}</dd>
        {entry.ip !== null && (
          <>
            <dt>From</dt>
            <dd>{entry.ip}</dd>
          </>
        )}
        {entry.user_agent !== null && (
          <>
            <dt>With</dt>
            <dd>{programOf(entry.user_agent)}</dd>
          </>
        )}
        <dt>Outcome</dt>
        <dd>{entry.outcome}</dd>
        <dt>In the log</dt>
        <dd>{entry.seq === null ? 'it gets its place within a moment' : `entry ${entry.seq}`}</dd>
      </dl>
      <div class="raw" tabIndex={0} role="region" aria-label="The raw entry">
        <pre>{rawOf(entry)}</pre>
      </div>
    </>
  );
}

function rawOf(entry: Entry): string {
  return JSON.stringify(entry, null, 2);
}
