import { useState } from 'preact/hooks';
import { endSessionsOf, type GrantableRole, setDisabled, setRole } from '../../api/admin.js';
import { isGone, wordsOf } from '../../api/refusal.js';
import type { ListedUser, StorageUse } from '../../api/types.js';
import { confirmed } from '../../parts/confirmation.js';
import { ConfirmButton } from '../../parts/confirm-button.js';
import { Dialog } from '../../parts/dialog.js';
import { FormFault } from '../../parts/form-fault.js';
import { sizeOf } from '../../parts/size.js';
import { momentOf } from '../../parts/time.js';
import { toast } from '../../parts/toasts.js';
import { QuotaForm } from './quota-form.js';

interface UserDialogProps {
  readonly user: ListedUser;
  /** Admins do not lock themselves out: another admin has to. */
  readonly isMe: boolean;
  /** Takes what has changed of the user. */
  readonly changed: (part: Partial<ListedUser>) => void;
  /** The account was deleted meanwhile. */
  readonly gone: () => void;
  readonly close: () => void;
}

const ROLES: readonly (readonly [GrantableRole, string])[] = [
  ['auditor', 'Auditor: reads the trail of everybody'],
  ['admin', 'Admin: manages users'],
];

/** What an admin can see and do about one user. */
export function UserDialog({ user, isMe, changed, gone, close }: UserDialogProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { id, email, name, storage } = user;
  const failed = (fault: unknown) => {
    setError(fault);
    if (!isGone(fault)) return;
    toast({ text: wordsOf(fault), tone: 'wrong' });
    gone();
  };
  const change = (work: () => Promise<Partial<ListedUser> | void>, done: string) => {
    setBusy(true);
    setError(null);
    confirmed(work)
      .then((part) => {
        changed(part ?? {});
        toast({ text: done });
      }, failed)
      .finally(() => setBusy(false));
  };
  return (
    <Dialog title={name ?? email} close={close}>
      <div class="body stack user-sheet">
        <dl class="facts">
          <dt>E-mail</dt>
          <dd>
            {email} <span class="small quiet">{user.email_verified ? 'verified' : 'not verified'}</span>
          </dd>
          <dt>Since</dt>
          <dd>{momentOf(user.created)}</dd>
          <dt>Second factor</dt>
          <dd>{user.second_factor ? 'yes' : 'no'}</dd>
          <dt>Stored</dt>
          <dd>{partsOf(storage)}</dd>
          {user.disabled !== null && (
            <>
              <dt>Disabled</dt>
              <dd>{momentOf(user.disabled)}</dd>
            </>
          )}
        </dl>
        <fieldset class="roles" disabled={busy}>
          <legend>Roles</legend>
          {ROLES.map(([role, text]) => (
            <label key={role} class="check">
              <input
                type="checkbox"
                checked={user.roles.includes(role)}
                disabled={isMe && role === 'admin'}
                onClick={(event) => {
                  // It shows what the service has stored, not what was pressed.
                  event.preventDefault();
                  const granted = !user.roles.includes(role);
                  change(
                    () => setRole(id, role, granted),
                    granted ? `${email} is ${role} now.` : `${email} is no longer ${role}.`,
                  );
                }}
              />
              {text}
            </label>
          ))}
        </fieldset>
        <QuotaForm key={storage.quota} user={user} changed={(use) => changed({ storage: use })} />
        <FormFault error={error} />
        {!isMe && (
          <div class="row user-acts">
            <ConfirmButton
              class="button low"
              question="Sign them out?"
              run={() => change(() => endSessionsOf(id), `${email} was signed out everywhere.`)}
            >
              Sign out everywhere
            </ConfirmButton>
            {user.disabled === null ? (
              <ConfirmButton
                class="button low"
                question="Disable the account?"
                run={() => change(() => setDisabled(id, true), `${email} is disabled.`)}
              >
                Disable
              </ConfirmButton>
            ) : (
              <button
                type="button"
                class="button low"
                disabled={busy}
                onClick={() => change(() => setDisabled(id, false), `${email} can sign in again.`)}
              >
                Enable
              </button>
            )}
          </div>
        )}
      </div>
    </Dialog>
  );
}

function partsOf({ used, versions, trash }: StorageUse): string {
  const apart = [
    ...(versions > 0 ? [`${sizeOf(versions)} in earlier versions`] : []),
    ...(trash > 0 ? [`${sizeOf(trash)} in the trash`] : []),
  ];
  return [sizeOf(used), ...apart].join(', ');
}
