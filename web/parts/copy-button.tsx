import { useState } from 'preact/hooks';
import { Icon } from './icon.js';

interface CopyButtonProps {
  readonly text: string;
  readonly label: string;
  readonly class?: string;
}

/** Browsers let a page copy only where it came by TLS or from this machine. */
const canCopy = 'clipboard' in navigator;

/** Copies a text, and says whether it did. It is not there where a page cannot copy: the text is beside it. */
export function CopyButton({ text, label, class: kind = 'button low' }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'Copied' | 'Not allowed here' | null>(null);
  const copy = async () => {
    setOutcome(
      await navigator.clipboard.writeText(text).then(
        () => 'Copied',
        () => 'Not allowed here',
      ),
    );
    setTimeout(() => setOutcome(null), 2000);
  };
  if (!canCopy) return null;
  return (
    <button type="button" class={kind} onClick={() => void copy()}>
      <Icon name={outcome === 'Copied' ? 'check' : 'copy'} />
      <span aria-live="polite">{outcome ?? label}</span>
    </button>
  );
}
