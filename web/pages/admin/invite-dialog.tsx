import { useState } from 'preact/hooks';
import { invite } from '../../api/admin.js';
import type { NewInvitation, Role } from '../../api/types.js';
import { confirmed } from '../../parts/confirmation.js';
import { Dialog } from '../../parts/dialog.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { ShownOnce } from '../../parts/shown-once.js';
import { useForm } from '../../parts/use-form.js';

interface InviteDialogProps {
  readonly made: (invitation: NewInvitation) => void;
  readonly close: () => void;
}

/** A new invitation. Its link is shown once. */
export function InviteDialog({ made, close }: InviteDialogProps) {
  const [invitation, setInvitation] = useState<NewInvitation | null>(null);
  const form = useForm(async ({ email = '', role = 'user' }) => {
    const terms = { role: role as Role, ...(email.trim() === '' ? {} : { email: email.trim() }) };
    const fresh = await confirmed(() => invite(terms));
    setInvitation(fresh);
    made(fresh);
  });
  return (
    <Dialog
      title={invitation === null ? 'Invite somebody' : 'The invitation'}
      lasting={invitation !== null}
      close={close}
    >
      {invitation === null ? (
        <form class="body stack" onSubmit={form.submit}>
          <Field
            label="E-mail (if only they may use it)"
            name="email"
            type="email"
            maxLength={254}
            autocomplete="off"
            spellcheck={false}
            autofocus
            error={form.error}
          />
          <label class="field">
            <span class="label">What the new account may do</span>
            <select class="input" name="role">
              <option value="user">Keep files</option>
              <option value="auditor">Also read the trail of everybody</option>
              <option value="admin">Also manage users</option>
            </select>
          </label>
          <FormFault error={form.error} />
          <button class="button main" disabled={form.busy}>
            Make the invitation
          </button>
        </form>
      ) : (
        <div class="body stack" role="status">
          <p>Send this link to {invitation.email ?? 'them'}. It is shown only now; no mail is sent.</p>
          <ShownOnce text={invitation.url} label="The link" copy="Copy link" />
          <button type="button" class="button" onClick={close}>
            I have kept it
          </button>
        </div>
      )}
    </Dialog>
  );
}
