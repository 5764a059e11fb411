import { changePassword } from '../../api/security.js';
import { confirmed } from '../../parts/confirmation.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { toast } from '../../parts/toasts.js';
import { useForm } from '../../parts/use-form.js';
import { Panel } from '../../parts/panel.js';

/** A new password. All other sessions end with it. */
export function PasswordForm({ email }: { readonly email: string }) {
  const form = useForm(async ({ current_password: current = '', new_password: next = '' }, element) => {
    await confirmed(() => changePassword(current, next));
    element.reset();
    toast({ text: 'Your password was changed. All other devices were signed out.' });
  });
  return (
    <Panel title="Password" text="A new one signs out all other devices.">
      <form class="stack narrow" onSubmit={form.submit}>
        <input type="text" name="email" autocomplete="username" value={email} readOnly hidden />
        <Field
          label="Current password"
          name="current_password"
          type="password"
          autocomplete="current-password"
          required
          error={form.error}
        />
        <Field
          label="New password"
          name="new_password"
          type="password"
          autocomplete="new-password"
          minLength={8}
          maxLength={72}
          required
          hint="At least 8 characters."
          error={form.error}
        />
        <FormFault error={form.error} />
        <button class="button" disabled={form.busy}>
          Change the password
        </button>
      </form>
    </Panel>
  );
}
