import { useState } from 'preact/hooks';
import { canUsePasskeys } from '../../api/passkeys.js';
import { readFactors, removeFactor, renewRecoveryCodes } from '../../api/security.js';
import type { Factor } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { ConfirmButton } from '../../parts/confirm-button.js';
import { confirmed } from '../../parts/confirmation.js';
import { Icon } from '../../parts/icon.js';
import { countOf } from '../../parts/size.js';
import { distanceOf } from '../../parts/time.js';
import { toast } from '../../parts/toasts.js';
import { useAnswer } from '../../parts/use-answer.js';
import { Panel, PanelState } from '../../parts/panel.js';
import { PasskeyDialog } from './passkey-dialog.js';
import { RecoveryCodesDialog } from './recovery-codes-dialog.js';
import { TotpDialog } from './totp-dialog.js';

/** Few are left: time for new ones. */
const FEW_CODES = 3;

/** The second factors: authenticator apps and passkeys, with the recovery codes in case they are lost. */
export function FactorList() {
  const { value, error, again } = useAnswer(readFactors, []);
  const [adding, setAdding] = useState<'totp' | 'passkey' | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const added = (fresh: readonly string[]) => {
    setAdding(null);
    if (fresh.length > 0) setCodes(fresh);
    again();
  };
  const remove = async ({ id, name }: Factor) => {
    await confirmed(() => removeFactor(id));
    toast({ text: `“${name}” opens nothing any more.` });
    again();
  };
  const renew = async () => {
    setCodes(await confirmed(renewRecoveryCodes));
    again();
  };
  return (
    <Panel
      title="Second factor"
      text="With one, a stolen password alone opens nothing. A passkey also signs in without the password."
      actions={
        <>
          <button type="button" class="button low" onClick={() => setAdding('totp')}>
            Add an app
          </button>
          {canUsePasskeys && (
            <button type="button" class="button low" onClick={() => setAdding('passkey')}>
              Add a passkey
            </button>
          )}
        </>
      }
    >
      <PanelState waiting={value === null} error={error} retry={again} />
      {value?.factors.length === 0 && (
        <p class="note warn">
          <Icon name="notice" />
          <span>Your password is all that protects this account.</span>
        </p>
      )}
      <ul class="things">
        {value?.factors.map((factor) => (
          <li key={factor.id}>
            <span class="kind image">
              <Icon name={factor.type === 'passkey' ? 'key' : 'shield'} />
            </span>
            <div class="thing-words">
              <p>{factor.name}</p>
              <p class="small quiet">
                {factor.type === 'passkey' ? 'Passkey' : 'Authenticator app'},{' '}
                {factor.last_used === null ? 'not used yet' : `used ${distanceOf(factor.last_used)}`}
              </p>
            </div>
            <ConfirmButton
              class="button low"
              label={`Remove ${factor.name}`}
              question="Remove it?"
              run={() => inBackground(remove(factor))}
            >
              Remove
            </ConfirmButton>
          </li>
        ))}
        {value !== null && value.factors.length > 0 && (
          <li>
            <span class="kind">
              <Icon name="text" />
            </span>
            <div class="thing-words">
              <p>Recovery codes</p>
              <p class="small quiet">
                {countOf(value.recovery_codes_left, 'code')} left
                {value.recovery_codes_left <= FEW_CODES && '. Make new ones soon'}
              </p>
            </div>
            <ConfirmButton class="button low" question="End the old ones?" run={() => inBackground(renew())}>
              New codes
            </ConfirmButton>
          </li>
        )}
      </ul>
      {adding === 'totp' && <TotpDialog added={added} close={() => setAdding(null)} />}
      {adding === 'passkey' && <PasskeyDialog added={added} close={() => setAdding(null)} />}
      {codes !== null && <RecoveryCodesDialog codes={codes} close={() => setCodes(null)} />}
    </Panel>
  );
}
