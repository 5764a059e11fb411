import { ConfirmButton } from '../../../parts/confirm-button.js';
import { CopyButton } from '../../../parts/copy-button.js';
import { Icon } from '../../../parts/icon.js';
import { saveBlob } from '../../../parts/save-blob.js';
import { countOf, sizeOf } from '../../../parts/size.js';
import { momentOf } from '../../../parts/time.js';
import { resultFile } from './result-file.js';
import { lastCheck, type Telling } from './verdict-words.js';
import type { Outcome } from './outcome.js';

interface VerdictViewProps {
  readonly outcome: Outcome;
  readonly told: Telling;
  /** Whether the next check will be compared with this one. */
  readonly kept: boolean;
  readonly keep: () => void;
  readonly again: () => void;
}

/** What a check has found, on what that stands, and what one can do with it. */
export function VerdictView({ outcome, told, kept, keep, again }: VerdictViewProps) {
  const { report, key, before, bytes, at, fetched, checked } = outcome;
  const isKnown = before !== null && before.vkey !== '';
  const changed = isKnown && before.vkey !== key.vkey;
  return (
    <>
      {told.text.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      {report.entry !== null && (
        <div class="raw" tabIndex={0} role="region" aria-label="The wrong entry, as the export has it">
          <pre>{indented(report.entry)}</pre>
        </div>
      )}
      {told.advice.length > 0 && (
        <div class="advice">
          <h3>What to do</h3>
          <ol>
            {told.advice.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </div>
      )}
      <dl class="facts small">
        <dt>Checked</dt>
        <dd>
          {momentOf(at)}, {sizeOf(bytes)} in {seconds(fetched + checked)}
        </dd>
        {report.logSize > 0 && (
          <>
            <dt>The log</dt>
            <dd>{countOf(report.logSize, 'entry', 'entries')}</dd>
          </>
        )}
        <dt>Last check</dt>
        <dd>{lastCheck(outcome)}</dd>
        <dt>Key</dt>
        <dd class="key">
          <NoveltyChip isKnown={isKnown} changed={changed} />
          <span class="mono">{key.vkey}</span>
          <CopyButton text={key.vkey} label="Copy key" />
        </dd>
        {changed && (
          <>
            <dt>Key before</dt>
            <dd class="mono">{before.vkey}</dd>
          </>
        )}
      </dl>
      <div class="row">
        <button
          type="button"
          class="button"
          onClick={() => saveBlob(resultFile(outcome), `verification-${at.slice(0, 10)}.json`)}
        >
          <Icon name="download" />
          Save the result
        </button>
        <button type="button" class="button" onClick={again}>
          <Icon name="restore" />
          Check again
        </button>
        {!kept && report.verdict === 'whole' && (
          <ConfirmButton class="button" question="Is that so?" run={keep}>
            {changed && report.older !== 'broken' ? 'Trust the new key' : 'Forget the older checkpoint'}
          </ConfirmButton>
        )}
      </div>
      <p class="small quiet" role="status">
        {kept &&
          'This browser keeps the signed checkpoint and the key, and compares the next check with them.'}
      </p>
    </>
  );
}

function NoveltyChip({ isKnown, changed }: { readonly isKnown: boolean; readonly changed: boolean }) {
  if (!isKnown) return <span class="chip">seen for the first time</span>;
  return changed ? (
    <span class="chip warn">another than last time</span>
  ) : (
    <span class="chip good">the same as last time</span>
  );
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** As the raw entries of the page are shown. What is no JSON stays as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return text;
  }
}
