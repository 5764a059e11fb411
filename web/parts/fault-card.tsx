import { Problem, Unreachable, wordsOf } from '../api/problem.js';
import { Icon } from './icon.js';

interface FaultCardProps {
  readonly error: unknown;
  readonly retry: () => void;
}

/** In place of what could not be read: what is wrong, what to do, and the id by which the operator finds it. */
export function FaultCard({ error, retry }: FaultCardProps) {
  const offline = error instanceof Unreachable;
  return (
    <div class="empty" role="alert">
      <Icon name={offline ? 'offline' : 'notice'} />
      <h2>{offline ? 'No connection' : titleOf(error)}</h2>
      <p>
        {wordsOf(error)} {waitOf(error)}
      </p>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
      {error instanceof Problem && error.requestId !== '' && (
        <p class="small">
          If it stays so, tell the operator this request: <span class="mono">{error.requestId}</span>
        </p>
      )}
    </div>
  );
}

function titleOf(error: unknown): string {
  return error instanceof Problem ? error.body.title : 'Something went wrong';
}

function waitOf(error: unknown): string {
  if (!(error instanceof Problem) || error.retryAfter === null) return '';
  return `Try again in ${Math.max(1, Math.round(error.retryAfter))} seconds.`;
}
