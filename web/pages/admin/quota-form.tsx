import { useState } from 'preact/hooks';
import { setQuota } from '../../api/admin.js';
import type { ListedUser, StorageUse } from '../../api/types.js';
import { confirmed } from '../../parts/confirmation.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { toast } from '../../parts/toasts.js';
import { useForm } from '../../parts/use-form.js';

interface QuotaFormProps {
  readonly user: ListedUser;
  readonly changed: (storage: StorageUse) => void;
}

type Kind = 'general' | 'none' | 'own';

const GIGABYTE = 1e9;

/** How much a user may keep: as everybody, without a limit, or so many gigabytes. */
export function QuotaForm({ user, changed }: QuotaFormProps) {
  const [kind, setKind] = useState<Kind>('own');
  const { quota } = user.storage;
  const form = useForm(async ({ gigabytes = '' }) => {
    const bytes = { general: null, none: 0, own: Math.round(Number(gigabytes) * GIGABYTE) }[kind];
    changed(await confirmed(() => setQuota(user.id, bytes)));
    toast({ text: `The quota of ${user.email} was set.` });
  });
  return (
    <form class="quota-form" onSubmit={form.submit}>
      <label class="field">
        <span class="label">Quota</span>
        <select
          class="input"
          value={kind}
          onChange={({ currentTarget }) => setKind(currentTarget.value as Kind)}
        >
          <option value="own">Of their own</option>
          <option value="general">The general one</option>
          <option value="none">No limit</option>
        </select>
      </label>
      {kind === 'own' && (
        <Field
          label="Gigabytes"
          name="gigabytes"
          type="number"
          min={0.001}
          max={9_000_000}
          step="any"
          inputMode="decimal"
          required
          defaultValue={quota === null ? '' : String(quota / GIGABYTE)}
          placeholder="no limit now"
          error={form.error}
        />
      )}
      <button class="button" disabled={form.busy}>
        Set
      </button>
      <FormFault error={form.error} />
    </form>
  );
}
