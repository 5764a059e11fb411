import { useState } from 'preact/hooks';
import { deleteAccount } from '../../api/account.js';
import { confirmed } from '../../parts/confirmation.js';
import { Dialog } from '../../parts/dialog.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { Panel } from '../../parts/panel.js';
import { useForm } from '../../parts/use-form.js';

/** The end of the account. */
export function DeleteAccount() {
  const [asking, setAsking] = useState(false);
  return (
    <Panel
      title="Delete the account"
      text="Your files, versions, links and keys go with it, and your personal values in the trail."
      actions={
        <button type="button" class="button low danger" onClick={() => setAsking(true)}>
          Delete the account
        </button>
      }
    >
      {asking && <DeletionDialog close={() => setAsking(false)} />}
    </Panel>
  );
}

function DeletionDialog({ close }: { readonly close: () => void }) {
  const form = useForm(({ password = '' }) => confirmed(() => deleteAccount(password)));
  return (
    <Dialog title="Delete the account?" close={close}>
      <form class="body stack" onSubmit={form.submit}>
        <p>
          Everything that you keep here is deleted for good. Nobody can bring it back, not even the operator.
        </p>
        <Field
          label="Your password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          autofocus
          error={form.error}
        />
        <FormFault error={form.error} />
        <button class="button danger" disabled={form.busy}>
          Delete everything for good
        </button>
      </form>
    </Dialog>
  );
}
