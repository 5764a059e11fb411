import { useLayoutEffect, useRef } from 'preact/hooks';
import { CopyButton } from './copy-button.js';

interface ShownOnceProps {
  readonly text: string;
  /** What it is, for a screen reader. */
  readonly label: string;
  /** What the button says. */
  readonly copy: string;
}

/** A text that the service never shows again. It has the focus and is selected; the button copies it. */
export function ShownOnce({ text, label, copy }: ShownOnceProps) {
  const element = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    element.current!.focus();
    element.current!.select();
  }, []);
  return (
    <>
      <input ref={element} class="input mono" readOnly aria-label={label} value={text} />
      <CopyButton class="button main" text={text} label={copy} />
    </>
  );
}
