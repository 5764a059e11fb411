import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

interface ConfirmButtonProps {
  readonly class: string;
  readonly children: ComponentChildren;
  /** What the button says before the second press. */
  readonly question: string;
  readonly label?: string;
  readonly run: () => void;
}

const PATIENCE_MS = 5000;

/**
 * For what cannot be undone: it asks in its own place, and the second press does it. The second of a double click is none, nor is
 * a key that is held down.
 */
export function ConfirmButton({ class: kind, children, question, label, run }: ConfirmButtonProps) {
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (!asking) return;
    const timer = setTimeout(() => setAsking(false), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [asking]);
  return (
    <button
      type="button"
      class={asking ? `${kind} danger` : kind}
      aria-label={asking ? undefined : label}
      onBlur={() => setAsking(false)}
      onKeyDown={(event) => event.repeat && event.preventDefault()}
      onClick={(event) => {
        event.stopPropagation();
        if (asking && event.detail > 1) return;
        if (asking) run();
        setAsking(!asking);
      }}
    >
      {asking ? question : children}
    </button>
  );
}
