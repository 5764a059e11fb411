import { useState } from 'preact/hooks';
import { type FactorDemand, signIn, signInWithPasskey } from '../../api/sign-in.js';
import { canUsePasskeys } from '../../api/passkeys.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { Icon } from '../../parts/icon.js';
import { Link } from '../../parts/router.js';
import { useForm } from '../../parts/use-form.js';
import { Entry } from './entry.js';
import { FactorStep } from './factor-step.js';

/** Sign-in with e-mail and password, or with a passkey alone. */
export function SignInPage({ ended }: { readonly ended: boolean }) {
  const [demand, setDemand] = useState<FactorDemand | null>(null);
  const form = useForm(async ({ email = '', password = '' }) => setDemand(await signIn(email, password)));
  const passkey = useForm(signInWithPasskey);
  if (demand !== null) return <FactorStep demand={demand} back={() => setDemand(null)} />;
  return (
    <Entry
      title="Sign in"
      foot={
        <>
          New here? <Link to="/register">Make an account</Link>
        </>
      }
    >
      {ended && (
        <div class="note" role="status">
          <Icon name="notice" />
          <p>You were signed out, here or on another device. Sign in to go on.</p>
        </div>
      )}
      {!isSecureContext && (
        <div class="note warn">
          <Icon name="notice" />
          <p>This connection is not encrypted. Your browser will not keep you signed in.</p>
        </div>
      )}
      <form class="stack" onSubmit={form.submit}>
        <Field
          label="E-mail"
          name="email"
          type="email"
          autocomplete="username webauthn"
          maxLength={254}
          required
          autofocus
          error={form.error}
        />
        <div>
          <Field
            label="Password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            error={form.error}
          />
          <p class="small forgot">
            <Link to="/forgot">Forgot your password?</Link>
          </p>
        </div>
        <FormFault error={form.error ?? passkey.error} />
        <button class="button main" disabled={form.busy}>
          {form.busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      {canUsePasskeys && (
        <form class="stack" onSubmit={passkey.submit}>
          <p class="or">or</p>
          <button class="button" disabled={passkey.busy}>
            <Icon name="key" />
            Sign in with a passkey
          </button>
        </form>
      )}
    </Entry>
  );
}
