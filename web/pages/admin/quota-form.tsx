import { useState } from 'preact/hooks';
import { setQuota } from '../../api/admin.js';
import type { ListedUser, StorageUse } from '../../api/types.js';
import { confirmed } from '../../parts/confirmation.js';
import { Field } from '../../parts/field.js';
import { FormFault } from '../../parts/form-fault.js';
import { sizeOf } from '../../parts/size.js';
import { toast } from '../../parts/toasts.js';
import { useForm } from '../../parts/use-form.js';

interface QuotaFormProps {
  readonly user: ListedUser;
  readonly changed: (storage: StorageUse) => void;
}

type Kind = 'unchanged' | 'general' | 'none' | 'own';

const GIGABYTE = 1e9;

/** Changes how much a user may keep: as everybody, without a limit, or so many gigabytes. */
export function QuotaForm({ user, changed }: QuotaFormProps) {
  const [kind, setKind] = useState<Kind>('unchanged');
  const { quota } = user.storage;
  const form = useForm(async ({ gigabytes = '' }) => {
    if (kind === 'unchanged') return;
    const bytes = { general: null, none: 0, own: Math.round(Number(gigabytes) * GIGABYTE) }[kind];
    changed(await confirmed(() => setQuota(user.id, bytes)));
    toast({ text: `The quota of ${user.email} was set.` });
  });
  return (
    <form class="quota-form" onSubmit={form.submit}>
      <label class="field">
        <span class="label">Quota: {quota === null ? 'no limit' : sizeOf(quota)}</span>
        <select
          class="input"
          value={kind}
          onChange={({ currentTarget }) => setKind(currentTarget.value as Kind)}
        >
          <option value="unchanged">As it is</option>
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
          min={1 / GIGABYTE}
          max={9_000_000}
          step="any"
          inputMode="decimal"
          required
          autofocus
          error={form.error}
        />
      )}
      <button class="button" disabled={form.busy || kind === 'unchanged'}>
        Set
      </button>
      <FormFault error={form.error} />
    </form>
  );
}
