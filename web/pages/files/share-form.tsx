import { useState } from 'preact/hooks';
import { share, type ShareTerms } from '../../api/files.js';
import type { NewShare, StoredFile } from '../../api/types.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { shareTermsOf } from '../../parts/share-terms.js';
import { ShownOnce } from '../../parts/shown-once.js';
import { useForm } from '../../parts/use-form.js';

interface ShareFormProps {
  readonly file: StoredFile;
  readonly made: (share: NewShare) => void;
}

const DAY_SECONDS = 86_400;
const LIVES: readonly (readonly [string, number])[] = [
  ['1 day', DAY_SECONDS],
  ['7 days', 7 * DAY_SECONDS],
  ['30 days', 30 * DAY_SECONDS],
  ['No end', 0],
];

/** What a new link allows; then the link. It is shown once, and copied at once where the browser lets the page. */
export function ShareForm({ file, made }: ShareFormProps) {
  const [link, setLink] = useState<NewShare | null>(null);
  const form = useForm(async (fields) => {
    const fresh = await share(file.id, termsOf(fields));
    setLink(fresh);
    made(fresh);
  });
  if (link !== null) return <NewLink link={link} />;
  return (
    <form class="stack share-form" onSubmit={form.submit}>
      <label class="field">
        <span class="label">Ends after</span>
        <select class="input" name="life">
          {LIVES.map(([name, seconds]) => (
            <option key={name} value={seconds} selected={seconds === 7 * DAY_SECONDS}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Field
        label="Password (if you like)"
        name="password"
        type="text"
        autocomplete="off"
        spellcheck={false}
        maxLength={72}
        hint="Tell it another way than the link."
        error={form.error}
      />
      <Field
        label="Downloads (if limited)"
        name="max_downloads"
        type="number"
        min={1}
        max={1_000_000}
        inputMode="numeric"
        error={form.error}
      />
      <Field
        label="Note for yourself"
        name="note"
        type="text"
        autocomplete="off"
        maxLength={500}
        error={form.error}
      />
      <FormFault error={form.error} />
      <button class="button main" disabled={form.busy}>
        Make the link
      </button>
    </form>
  );
}

function NewLink({ link }: { readonly link: NewShare }) {
  return (
    <div class="stack new-link" role="status">
      <p class="small quiet">{shareTermsOf(link)}. The link is shown only now.</p>
      <ShownOnce text={link.url} label="The link" copy="Copy link" />
    </div>
  );
}

function termsOf(fields: Readonly<Record<string, string>>): ShareTerms {
  const { life = '0', password = '', max_downloads: most = '', note = '' } = fields;
  return {
    ...(life === '0' ? {} : { expires_in: Number(life) }),
    ...(password === '' ? {} : { password }),
    ...(most === '' ? {} : { max_downloads: Number(most) }),
    ...(note.trim() === '' ? {} : { note: note.trim() }),
  };
}
