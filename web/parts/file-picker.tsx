import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

interface FilePickerProps {
  readonly class: string;
  readonly label?: string;
  readonly multiple?: boolean;
  readonly take: (files: readonly File[]) => void;
  readonly children: ComponentChildren;
}

/** A button that asks the browser for files. */
export function FilePicker({ class: kind, label, multiple = true, take, children }: FilePickerProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={kind} aria-label={label} onClick={() => input.current!.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={multiple}
        onChange={({ currentTarget }) => {
          take([...(currentTarget.files ?? [])]);
          // The same file can be chosen again.
          currentTarget.value = '';
        }}
      />
    </>
  );
}
