import { isRefusal } from '../../../clients/typescript/src/main.js';
import { invitation } from '../../api/invitation.js';
import { register } from '../../api/sign-in.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { Link, navigate } from '../../parts/router.js';
import { useStore } from '../../parts/store.js';
import { useForm } from '../../parts/use-form.js';
import { Entry } from './entry.js';

/** A new account, by an invitation too. */
export function RegisterPage() {
  const invited = useStore(invitation) !== null;
  const form = useForm(async ({ email = '', password = '' }) => {
    await register(email, password);
    navigate('/', { replace: true });
  });
  return (
    <Entry
      title="Make your account"
      lead={invited ? 'You were invited. Choose how you want to sign in.' : 'Your files stay yours.'}
      foot={
        <>
          You have an account? <Link to="/">Sign in</Link>
        </>
      }
    >
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
        <Field
          label="Password"
          name="password"
          type="password"
          autocomplete="new-password"
          minLength={8}
          maxLength={72}
          required
          hint="At least 8 characters. Four or five words that nobody would guess are good."
          error={form.error}
        />
        <FormFault error={wordedFor(form.error)} />
        <button class="button main" disabled={form.busy}>
          {form.busy ? 'Making the account…' : 'Make the account'}
        </button>
      </form>
    </Entry>
  );
}

/** An invitation is a link for people, not a token. */
function wordedFor(error: unknown): unknown {
  if (isRefusal(error, 'invalid_token'))
    return new Error('This invitation was used, its time is over, or it is for another e-mail.');
  return isRefusal(error, 'validation_failed') && error.problem.errors !== undefined ? null : error;
}
