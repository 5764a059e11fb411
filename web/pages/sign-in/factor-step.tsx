import { useLayoutEffect, useState } from 'preact/hooks';
import { isRefusal } from '../../../clients/typescript/src/main.js';
import { answerWithCode, answerWithPasskey, type FactorDemand } from '../../api/sign-in.js';
import { canUsePasskeys } from '../../api/passkeys.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { Icon } from '../../parts/icon.js';
import { useForm } from '../../parts/use-form.js';
import { Entry } from './entry.js';

interface FactorStepProps {
  readonly demand: FactorDemand;
  readonly back: () => void;
}

/** The second step of a sign-in: a code, a recovery code or a passkey. When its time is over, the first step is back. */
export function FactorStep({ demand, back }: FactorStepProps) {
  const { methods = [] } = demand;
  const byApp = methods.includes('totp');
  const byPasskey = canUsePasskeys && methods.includes('passkey');
  const [recovery, setRecovery] = useState(!byApp);
  const code = useForm(({ code: given = '' }) => answerWithCode(demand, given.trim()));
  const passkey = useForm(() => answerWithPasskey(demand));
  const error = code.error ?? passkey.error;
  const leads = !byApp && byPasskey;
  const over = isRefusal(error, 'invalid_challenge');
  useLayoutEffect(() => {
    const first = leads ? '.passkey-step button' : 'input[name="code"]';
    document.querySelector<HTMLElement>(first)?.focus();
  }, [recovery]);
  const passkeyForm = byPasskey && (
    <form class="stack passkey-step" onSubmit={passkey.submit}>
      {!leads && <p class="or">or</p>}
      <button class={leads ? 'button main' : 'button'} disabled={passkey.busy}>
        <Icon name="key" />
        Use a passkey
      </button>
      {leads && <p class="or">or</p>}
    </form>
  );
  return (
    <Entry
      title="One more step"
      lead={leadOf(leads, recovery)}
      foot={
        <button type="button" class="link" onClick={back}>
          Start again
        </button>
      }
    >
      {leads && passkeyForm}
      <form class="stack" onSubmit={code.submit}>
        {recovery ? (
          <Field
            key="recovery"
            label="Recovery code"
            name="code"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            required
            hint="Each is good once, such as MFRG-GZDF-MZTW-Q2LK."
          />
        ) : (
          <Field
            key="app"
            look="code"
            label="Code"
            name="code"
            inputMode="numeric"
            autocomplete="one-time-code"
            pattern="[0-9]{6}"
            maxLength={6}
            title="six digits"
            required
          />
        )}
        <FormFault error={over ? new Error('That took too long, or too many tries. Start again.') : error} />
        <button class={leads ? 'button' : 'button main'} disabled={code.busy}>
          {code.busy ? 'Signing in…' : 'Continue'}
        </button>
        {byApp && methods.includes('recovery_code') && (
          <button type="button" class="link small" onClick={() => setRecovery(!recovery)}>
            {recovery ? 'Use the authenticator app' : 'Use a recovery code'}
          </button>
        )}
      </form>
      {!leads && passkeyForm}
    </Entry>
  );
}

/** @param byPasskey whether a passkey is the only factor beside the recovery codes. */
function leadOf(byPasskey: boolean, recovery: boolean): string {
  if (byPasskey) return 'Use your passkey, or enter one of your recovery codes.';
  return recovery ? 'Enter one of your recovery codes.' : 'Enter the code that your authenticator app shows.';
}
