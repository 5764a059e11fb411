import type { Entry } from '../../api/types.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Dialog } from '../../parts/dialog.js';
import { programOf } from '../../parts/program-name.js';
import { momentOf } from '../../parts/time.js';
import { sentenceOf } from './sentences.js';

interface EntryDialogProps {
  readonly entry: Entry;
  readonly close: () => void;
}

/** An entry in words, and as the service keeps it. */
export function EntryDialog({ entry, close }: EntryDialogProps) {
  const raw = JSON.stringify(entry, null, 2);
  return (
    <Dialog title={sentenceOf(entry)} class="entry-dialog" close={close}>
      <div class="body stack">
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
          <pre>{raw}</pre>
        </div>
        <CopyButton text={raw} label="Copy entry" />
      </div>
    </Dialog>
  );
}
