import type { InputHTMLAttributes } from 'preact';
import { useId } from 'preact/hooks';
import { Problem } from '../api/problem.js';

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
  const fault = error instanceof Problem ? error.of(name) : null;
  const about = `${id}-about`;
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
      </label>
      <input
        {...input}
        id={id}
        name={name}
        class={look === undefined ? 'input' : `input ${look}`}
        aria-invalid={fault !== null}
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
