import { rename, requestEmailChange, requestVerification } from '../../api/account.js';
import type { User } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { confirmed } from '../../parts/confirmation.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { Panel } from '../../parts/panel.js';
import { toast } from '../../parts/toasts.js';
import { useForm } from '../../parts/use-form.js';

/** The name and the e-mail of the account. */
export function AccountPanel({ user }: { readonly user: User }) {
  return (
    <Panel title="Account" text="Your name is shown to you and to admins. You sign in with your e-mail.">
      <NameForm key={`name ${user.name}`} name={user.name} />
      <EmailForm key={user.email} user={user} />
    </Panel>
  );
}

function NameForm({ name }: { readonly name: string | null }) {
  const form = useForm(async (fields) => {
    await rename((fields.name ?? '').trim());
    toast({ text: 'Your name was changed.' });
  });
  return (
    <form class="one-line" onSubmit={form.submit}>
      <Field
        label="Name"
        name="name"
        maxLength={200}
        autocomplete="name"
        defaultValue={name ?? ''}
        error={form.error}
      />
      <button class="button" disabled={form.busy}>
        Change the name
      </button>
      <FormFault error={form.error} />
    </form>
  );
}

function EmailForm({ user }: { readonly user: User }) {
  const form = useForm(async ({ email = '' }, element) => {
    await confirmed(() => requestEmailChange(email.trim()));
    element.reset();
    toast({ text: `Open the link that was sent to ${email.trim()}: then it is your e-mail.` });
  });
  const verify = async () => {
    await requestVerification();
    toast({ text: `A link was sent to ${user.email}.` });
  };
  return (
    <form class="one-line" onSubmit={form.submit}>
      <p class="one-line-words">
        {user.email}{' '}
        {user.email_verified ? (
          <span class="chip good">verified</span>
        ) : (
          <>
            <span class="chip warn">not verified</span>{' '}
            <button type="button" class="link small" onClick={() => inBackground(verify())}>
              Send me a link to verify it
            </button>
          </>
        )}
      </p>
      <Field
        label="New e-mail"
        name="email"
        type="email"
        maxLength={254}
        autocomplete="email"
        spellcheck={false}
        required
        error={form.error}
      />
      <button class="button" disabled={form.busy}>
        Change the e-mail
      </button>
      <FormFault error={form.error} />
    </form>
  );
}
