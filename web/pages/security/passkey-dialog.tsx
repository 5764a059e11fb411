import { addPasskey } from '../../api/security.js';
import { confirmed } from '../../parts/confirmation.js';
import { Dialog } from '../../parts/dialog.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { useForm } from '../../parts/use-form.js';

interface PasskeyDialogProps {
  /** @param codes recovery codes, with the first factor. */
  readonly added: (codes: readonly string[]) => void;
  readonly close: () => void;
}

/** Adds a passkey of this device. */
export function PasskeyDialog({ added, close }: PasskeyDialogProps) {
  const form = useForm(async ({ name = '' }) => added(await confirmed(() => addPasskey(name.trim()))));
  return (
    <Dialog title="Add a passkey" close={close}>
      <form class="body stack" onSubmit={form.submit}>
        <Field
          label="Name of the passkey"
          name="name"
          maxLength={100}
          autocomplete="off"
          placeholder="Laptop"
          required
          autofocus
          hint="Your browser then asks for finger, face or PIN."
          error={form.error}
        />
        <FormFault error={form.error} />
        <button class="button main" disabled={form.busy}>
          Continue
        </button>
      </form>
    </Dialog>
  );
}
