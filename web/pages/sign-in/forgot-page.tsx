import { useState } from 'preact/hooks';
import { isRefusal } from '../../../clients/typescript/src/main.js';
import { askForReset } from '../../api/sign-in.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { Link } from '../../parts/router.js';
import { useForm } from '../../parts/use-form.js';
import { Entry } from './entry.js';

/** Asks for the link to a new password. The answer does not tell whether there is such an account. */
export function ForgotPage() {
  const [sent, setSent] = useState<string | null>(null);
  const form = useForm(async ({ email = '' }) => {
    await askForReset(email);
    setSent(email);
  });
  const foot = <Link to="/">Back to the sign-in</Link>;
  if (sent !== null)
    return (
      <Entry
        title="Look into your mail"
        lead={`If there is an account for ${sent}, a link to a new password is on its way. It is good for an hour.`}
        foot={foot}
      >
        {null}
      </Entry>
    );
  return (
    <Entry title="Forgot your password?" lead="You get a link by mail to choose a new one." foot={foot}>
      <form class="stack" onSubmit={form.submit}>
        <Field
          label="E-mail"
          name="email"
          type="email"
          autocomplete="username"
          maxLength={254}
          required
          autofocus
          error={form.error}
        />
        <FormFault error={wordedFor(form.error)} />
        <button class="button main" disabled={form.busy}>
          Send the link
        </button>
      </form>
    </Entry>
  );
}

function wordedFor(error: unknown): unknown {
  if (!isRefusal(error, 'mail_unavailable')) return error;
  return new Error('This service sends no mail. Ask whoever runs it for a link to a new password.');
}
