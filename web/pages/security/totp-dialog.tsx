import { useState } from 'preact/hooks';
import { isRefusal } from '../../../clients/typescript/src/main.js';
import { beginTotp, confirmTotp } from '../../api/security.js';
import type { NewTotp } from '../../api/types.js';
import { confirmed } from '../../parts/confirmation.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Dialog } from '../../parts/dialog.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { Icon } from '../../parts/icon.js';
import { useForm } from '../../parts/use-form.js';

interface TotpDialogProps {
  /** @param codes recovery codes, with the first factor. */
  readonly added: (codes: readonly string[]) => void;
  readonly close: () => void;
}

/** Adds an authenticator app: a name, then the picture that the app reads, then a code of it. */
export function TotpDialog({ added, close }: TotpDialogProps) {
  const [app, setApp] = useState<NewTotp | null>(null);
  const [lost, setLost] = useState(false);
  const begin = () => {
    setApp(null);
    setLost(true);
  };
  const naming = useForm(async ({ name = '' }) => setApp(await confirmed(() => beginTotp(name.trim()))));
  return (
    <Dialog title="Add an authenticator app" close={close}>
      {app === null ? (
        <form class="body stack" onSubmit={naming.submit}>
          {lost && (
            <div class="note" role="status">
              <Icon name="notice" />
              <p>That picture is not good any more, as another app was begun since. Begin once more.</p>
            </div>
          )}
          <Field
            label="Name of the device"
            name="name"
            maxLength={100}
            autocomplete="off"
            placeholder="Phone"
            autofocus
            error={naming.error}
          />
          <FormFault error={naming.error} />
          <button class="button main" disabled={naming.busy}>
            Continue
          </button>
        </form>
      ) : (
        <CodeForm app={app} added={added} lost={begin} />
      )}
    </Dialog>
  );
}

interface CodeFormProps {
  readonly app: NewTotp;
  readonly added: (codes: readonly string[]) => void;
  /** The app is not known any more: another tab has begun anew. */
  readonly lost: () => void;
}

function CodeForm({ app, added, lost }: CodeFormProps) {
  const form = useForm(async ({ code = '' }) => {
    try {
      added(await confirmed(() => confirmTotp(app.id, code)));
    } catch (error) {
      if (!isRefusal(error, 'factor_not_found')) throw error;
      lost();
    }
  });
  return (
    <form class="body stack" onSubmit={form.submit}>
      <p>Scan this with the app, such as Aegis, 2FAS or Google Authenticator.</p>
      <img
        class="qr"
        src={`data:image/svg+xml,${encodeURIComponent(app.qr_svg)}`}
        alt="QR code for the authenticator app"
        width="200"
        height="200"
      />
      <div class="row secret">
        <code>{app.secret}</code>
        <CopyButton text={app.secret} label="Copy key" />
      </div>
      <Field
        look="code"
        label="The code that it shows"
        name="code"
        inputMode="numeric"
        autocomplete="one-time-code"
        pattern="[0-9]{6}"
        maxLength={6}
        title="six digits"
        required
        autofocus
        error={form.error}
      />
      <FormFault error={form.error} />
      <button class="button main" disabled={form.busy}>
        Add the app
      </button>
    </form>
  );
}
