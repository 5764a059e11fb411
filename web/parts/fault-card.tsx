import { ApiError, ConnectionError } from '../../clients/typescript/src/main.js';
import { titleOf, wordsOf } from '../api/refusal.js';
import { Icon } from './icon.js';

interface FaultCardProps {
  readonly error: unknown;
  readonly retry: () => void;
}

/** In place of what could not be read: what is wrong, what to do, and the id by which the operator finds it. */
export function FaultCard({ error, retry }: FaultCardProps) {
  const offline = error instanceof ConnectionError;
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
      {error instanceof ApiError && error.requestId !== null && (
        <p class="small">
          If it stays so, tell the operator this request: <span class="mono">{error.requestId}</span>
        </p>
      )}
    </div>
  );
}

function waitOf(error: unknown): string {
  if (!(error instanceof ApiError) || error.retryAfter === null) return '';
  return `Try again in ${Math.max(1, Math.round(error.retryAfter))} seconds.`;
}
