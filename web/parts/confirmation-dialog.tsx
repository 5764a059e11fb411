import { canUsePasskeys } from '../api/passkeys.js';
import { confirm, confirmWithPasskey } from '../api/security.js';
import { confirmation, type ConfirmationRequest } from './confirmation.js';
import { Dialog } from './dialog.js';
import { Field } from './field.js';
import { FormFault } from './form-fault.js';
import { Icon } from './icon.js';
import { useStore } from './store.js';
import { useForm } from './use-form.js';

/** Asks who is there, when something wants that. */
export function ConfirmationDialog() {
  const request = useStore(confirmation);
  return request === null ? null : <Question request={request} />;
}

function Question({ request: { methods, settle } }: { readonly request: ConfirmationRequest }) {
  const byCode = methods.includes('totp');
  const byPassword = byCode || methods.includes('password');
  const byPasskey = methods.includes('passkey') && canUsePasskeys;
  const form = useForm(async ({ password = '', code = '' }) => {
    await confirm(byCode ? { password, code } : { password });
    settle(true);
  });
  const passkey = useForm(async () => {
    await confirmWithPasskey();
    settle(true);
  });
  return (
    <Dialog title="Is it you?" close={() => settle(false)}>
      <div class="body stack">
        <p class="quiet">
          This changes how your account is protected. Confirm that it is you; that is good for ten minutes.
        </p>
        {byPassword && (
          <form class="stack" onSubmit={form.submit}>
            <Field
              label="Password"
              name="password"
              type="password"
              autocomplete="current-password"
              required
              autofocus
              error={form.error}
            />
            {byCode && (
              <Field
                look="code"
                label="Code of your authenticator app"
                name="code"
                inputMode="numeric"
                autocomplete="one-time-code"
                pattern="[0-9]{6}"
                maxLength={6}
                title="six digits"
                required
              />
            )}
            <FormFault error={form.error} />
            <button class="button main" disabled={form.busy}>
              Confirm
            </button>
          </form>
        )}
        {!byPassword && !byPasskey && (
          <p class="note">
            <Icon name="notice" />
            <span>
              Only your passkey can confirm it, and this browser cannot use it here. Open this page with
              https, or in another browser.
            </span>
          </p>
        )}
        {byPasskey && (
          <form class="stack" onSubmit={passkey.submit}>
            <FormFault error={passkey.error} />
            <button class="button" disabled={passkey.busy}>
              <Icon name="key" />
              Confirm with a passkey
            </button>
          </form>
        )}
      </div>
    </Dialog>
  );
}
