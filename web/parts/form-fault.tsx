import { useRef } from 'preact/hooks';
import { ApiError } from '../../clients/typescript/src/main.js';
import { wordsBeside } from '../api/refusal.js';
import { Icon } from './icon.js';

/**
 * Above the button of a form: why the service has not taken it. Nothing without an error, and nothing of what a field of the
 * form tells beside itself.
 */
export function FormFault({ error }: { readonly error: unknown }) {
  const element = useRef<HTMLDivElement>(null);
  const telling = (field: string) =>
    element.current?.closest('form')?.querySelector(`[name="${CSS.escape(field)}"][aria-invalid]`) != null;
  const words = error === null ? null : wordsBeside(error, telling);
  return (
    <div ref={element} role="alert">
      {words !== null && (
        <div class="note wrong">
          <Icon name="notice" />
          <div>
            <p>{words}</p>
            {error instanceof ApiError && error.status >= 500 && (
              <p class="small mono">Request {error.requestId}</p>
            )}
          </div>
        </div>
      )}
    </div>
  );
}
