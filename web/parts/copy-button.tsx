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
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = async () => {
    const done = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setCopied(done);
    setTimeout(() => setCopied(null), 2000);
  };
  if (!canCopy) return null;
  const said = { null: label, true: 'Copied', false: 'Not allowed here' };
  return (
    <button type="button" class={kind} onClick={() => void copy()}>
      <Icon name={copied === true ? 'check' : 'copy'} />
      <span aria-live="polite">{said[`${copied}`]}</span>
    </button>
  );
}
