import { useState } from 'preact/hooks';
import { type KeyTerms, makeKey } from '../../api/security.js';
import type { NewApiKey } from '../../api/types.js';
import { confirmed } from '../../parts/confirmation.js';
import { Dialog } from '../../parts/dialog.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { ShownOnce } from '../../parts/shown-once.js';
import { useForm } from '../../parts/use-form.js';

interface KeyDialogProps {
  readonly made: (key: NewApiKey) => void;
  readonly close: () => void;
}

const SCOPES: readonly (readonly [KeyTerms['scopes'][number], string])[] = [
  ['files:read', 'List and download files'],
  ['files:write', 'Upload, change and delete files'],
  ['audit:read', 'Read the trail'],
  ['profile:read', 'Read the profile'],
];

/** A new key. Its secret is shown once; with a public key it has none. */
export function KeyDialog({ made, close }: KeyDialogProps) {
  const [key, setKey] = useState<NewApiKey | null>(null);
  const form = useForm(async (fields) => {
    const { name = '', days = '', public_key: publicKey = '' } = fields;
    const scopes = SCOPES.map(([scope]) => scope).filter((scope) => fields[scope] === 'on');
    if (scopes.length === 0) throw new Error('Choose at least one thing that it may do.');
    const terms = {
      name: name.trim(),
      scopes,
      ...(days === '' ? {} : { expires_in_days: Number(days) }),
      ...(publicKey.trim() === '' ? {} : { public_key: publicKey.trim() }),
    };
    const fresh = await confirmed(() => makeKey(terms));
    made(fresh);
    setKey(fresh);
  });
  return (
    <Dialog
      title={key === null ? 'New API key' : `The key “${key.name}”`}
      lasting={key?.key !== undefined}
      close={close}
    >
      {key === null ? (
        <form class="body stack" onSubmit={form.submit}>
          <Field
            label="Name"
            name="name"
            maxLength={100}
            autocomplete="off"
            placeholder="Nightly backup"
            required
            autofocus
            error={form.error}
          />
          <fieldset class="scopes">
            <legend class="label">What it may do</legend>
            {SCOPES.map(([scope, text]) => (
              <label key={scope} class="check">
                <input type="checkbox" name={scope} defaultChecked={scope === 'files:read'} />
                {text}
              </label>
            ))}
          </fieldset>
          <Field
            label="Days until it ends (if you like)"
            name="days"
            type="number"
            min={1}
            max={3650}
            inputMode="numeric"
            error={form.error}
          />
          <details>
            <summary>Sign requests instead of sending a secret</summary>
            <label class="field">
              <span class="label">Public key (Ed25519, PEM)</span>
              <textarea
                class="input pem mono"
                name="public_key"
                rows={4}
                spellcheck={false}
                placeholder="-----BEGIN PUBLIC KEY-----"
              />
            </label>
          </details>
          <FormFault error={form.error} />
          <button class="button main" disabled={form.busy}>
            Make the key
          </button>
        </form>
      ) : (
        <MadeKey made={key} close={close} />
      )}
    </Dialog>
  );
}

function MadeKey({ made: { id, key }, close }: { readonly made: NewApiKey; readonly close: () => void }) {
  return (
    <div class="body stack" role="status">
      {key === undefined ? (
        <>
          <p>The program names this id as the key of its signatures (keyid).</p>
          <ShownOnce text={id} label="The id of the key" copy="Copy id" />
        </>
      ) : (
        <>
          <p>It is shown only now. Give it to the program, and keep no copy.</p>
          <ShownOnce text={key} label="The key" copy="Copy key" />
        </>
      )}
      <button type="button" class="button" onClick={close}>
        {key === undefined ? 'Done' : 'I have kept it'}
      </button>
    </div>
  );
}
