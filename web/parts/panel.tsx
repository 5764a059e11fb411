import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { wordsOf } from '../api/refusal.js';
import './panel.css';

interface PanelProps {
  readonly title: string;
  readonly text: string;
  /** Beside the title. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** One subject of the page, as a card. */
export function Panel({ title, text, actions, children }: PanelProps) {
  const id = useId();
  return (
    <section class="card panel" aria-labelledby={id}>
      <header>
        <div>
          <h2 id={id}>{title}</h2>
          <p class="quiet small">{text}</p>
        </div>
        {actions !== undefined && <div class="row">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

interface PanelStateProps {
  readonly waiting: boolean;
  readonly error: unknown;
  readonly retry: () => void;
}

/** In place of what a panel shows, while it is on its way or could not be read. */
export function PanelState({ waiting, error, retry }: PanelStateProps) {
  if (error !== null)
    return (
      <p role="alert">
        {wordsOf(error)}{' '}
        <button type="button" class="link" onClick={retry}>
          Try again
        </button>
      </p>
    );
  return waiting ? <span class="bone" /> : null;
}
