import { Icon } from './icon.js';
import { openDialogs } from './open-dialogs.js';
import { useStore } from './store.js';
import { dismiss, toasts } from './toasts.js';

interface ToastListProps {
  /** The id of the dialog that it is in. */
  readonly within?: string;
}

/**
 * The toasts. A screen reader says each when it comes. The page and every dialog have a list, and the topmost has the toasts:
 * nobody reaches what is outside of it.
 */
export function ToastList({ within }: ToastListProps) {
  const all = useStore(toasts);
  const topmost = useStore(openDialogs).at(-1) === within;
  const shown = topmost ? all : [];
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, tone, action, requestId }) => (
        <div key={id} class={`toast ${tone}`}>
          <div class="words">
            <p>{text}</p>
            {requestId !== null && <p class="small mono">Request {requestId}</p>}
          </div>
          {action !== null && (
            <button
              type="button"
              class="act"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </button>
          )}
          <button type="button" class="act" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
