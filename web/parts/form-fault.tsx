import { ApiError } from '../../clients/typescript/src/main.js';
import { wordsOf } from '../api/refusal.js';
import { Icon } from './icon.js';

/** Above the button of a form: why the service has not taken it. Nothing without an error. */
export function FormFault({ error }: { readonly error: unknown }) {
  return (
    <div role="alert">
      {error !== null && (
        <div class="note wrong">
          <Icon name="notice" />
          <div>
            <p>{wordsOf(error)}</p>
            {error instanceof ApiError && error.status >= 500 && (
              <p class="small mono">Request {error.requestId}</p>
            )}
          </div>
        </div>
      )}
    </div>
  );
}
