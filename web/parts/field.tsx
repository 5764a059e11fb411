import type { InputHTMLAttributes } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { faultOf } from '../api/refusal.js';

type FieldProps = InputHTMLAttributes<HTMLInputElement> & {
  /** Large and spaced, for codes. */
  readonly look?: 'code';
  readonly label: string;
  readonly name: string;
  readonly hint?: string;
  /** The refusal of the form, which may be about this field. */
  readonly error?: unknown;
};

/** An input with its label, and what is wrong with it. */
export function Field({ label, name, hint, error, look, ...input }: FieldProps) {
  const id = useId();
  const element = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    // Browsers heed the attribute once in the life of a page.
    if (input.autofocus) element.current!.focus();
  }, []);
  const fault = faultOf(error, name);
  const about = `${id}-about`;
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
      </label>
      <input
        {...input}
        ref={element}
        id={id}
        name={name}
        class={look === undefined ? 'input' : `input ${look}`}
        aria-invalid={error === undefined ? undefined : fault !== null}
        aria-describedby={fault !== null || hint !== undefined ? about : undefined}
      />
      {(fault !== null || hint !== undefined) && (
        <span id={about} class={fault === null ? 'hint' : 'fault'}>
          {fault ?? hint}
        </span>
      )}
    </div>
  );
}
