import { useLayoutEffect, useRef } from 'preact/hooks';

interface RenameFieldProps {
  readonly name: string;
  /** @param name null when it stays as it is. */
  readonly end: (name: string | null) => void;
}

/** The name of a file as an input, without its ending selected. Enter takes the new one, Escape leaves the old. */
export function RenameField({ name, end }: RenameFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const over = useRef(false);
  // Before the next key arrives.
  useLayoutEffect(() => {
    const dot = name.lastIndexOf('.');
    input.current!.focus();
    input.current!.setSelectionRange(0, dot > 0 ? dot : name.length);
  }, []);
  const finish = (given: string | null) => {
    if (over.current) return;
    over.current = true;
    const trimmed = given?.trim() ?? '';
    end(trimmed === '' ? null : trimmed);
  };
  return (
    <input
      ref={input}
      class="input rename"
      aria-label={`New name of ${name}`}
      defaultValue={name}
      maxLength={255}
      onKeyDown={({ key, currentTarget }) => {
        if (key === 'Enter') finish(currentTarget.value);
        if (key === 'Escape') finish(null);
      }}
      onBlur={({ currentTarget }) => finish(currentTarget.value)}
    />
  );
}
