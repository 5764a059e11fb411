import { Icon } from './icon.js';
import { useStore } from './store.js';
import { dismiss, toasts } from './toasts.js';

/** The toasts. A screen reader says each when it comes. */
export function ToastList() {
  const shown = useStore(toasts);
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
