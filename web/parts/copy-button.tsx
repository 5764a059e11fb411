import { useState } from 'preact/hooks';
import { Icon } from './icon.js';

interface CopyButtonProps {
  readonly text: string;
  readonly label: string;
  readonly class?: string;
}

/** Copies a text, and says that it did. */
export function CopyButton({ text, label, class: kind = 'button low' }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <button type="button" class={kind} onClick={() => void copy()}>
      <Icon name={copied ? 'check' : 'copy'} />
      <span aria-live="polite">{copied ? 'Copied' : label}</span>
    </button>
  );
}
