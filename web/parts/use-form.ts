import { useState } from 'preact/hooks';
import type { TargetedSubmitEvent } from 'preact';

interface Form {
  readonly busy: boolean;
  readonly error: unknown;
  readonly submit: (event: TargetedSubmitEvent<HTMLFormElement>) => void;
}

/** A form that `send` takes. Its fields come by their names. While it is sent, the form is busy; what fails is its error. */
export function useForm(
  send: (fields: Readonly<Record<string, string>>, form: HTMLFormElement) => Promise<void>,
): Form {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget;
    const fields = Object.fromEntries(new FormData(form)) as Record<string, string>;
    setBusy(true);
    setError(null);
    send(fields, form)
      .catch((fault: unknown) => {
        setError(fault);
        requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      })
      .finally(() => setBusy(false));
  };
  return { busy, error, submit };
}
