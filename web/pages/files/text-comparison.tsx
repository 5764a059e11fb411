import { changesOf } from './text-changes.js';

interface TextComparisonProps {
  readonly earlier: string;
  readonly later: string;
}

const MARKS = { same: ' ', removed: '−', added: '+' } as const;
const WORDS = { same: '', removed: 'removed: ', added: 'added: ' } as const;

/** The lines that one text has and the other has not. */
export function TextComparison({ earlier, later }: TextComparisonProps) {
  if (earlier === later) return <p class="compared-words">Both have the same text.</p>;
  return (
    <div class="text-preview changes" tabIndex={0} role="region" aria-label="Changes">
      {changesOf(earlier, later).map((change, index) =>
        change === null ? (
          <p key={index} class="left-out small quiet">
            Lines that are the same
          </p>
        ) : (
          <pre key={index} class={change.kind}>
            {change.lines.map((line, at) => (
              <span key={at} class="line">
                <span aria-hidden="true">{MARKS[change.kind]} </span>
                <span class="unseen">{WORDS[change.kind]}</span>
                {`${line}\n`}
              </span>
            ))}
          </pre>
        ),
      )}
    </div>
  );
}
