import { CopyButton } from '../../parts/copy-button.js';
import { Dialog } from '../../parts/dialog.js';

interface RecoveryCodesDialogProps {
  readonly codes: readonly string[];
  readonly close: () => void;
}

/** The recovery codes, which are shown once. Only they are printed of the page. */
export function RecoveryCodesDialog({ codes, close }: RecoveryCodesDialogProps) {
  return (
    <Dialog title="Keep these recovery codes" class="codes-dialog" lasting close={close}>
      <div class="body stack">
        <p>
          Each opens your account once, beside the password, if your second factor is lost. They are shown
          only now.
        </p>
        <ol class="codes mono">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ol>
        <div class="row no-print">
          <CopyButton text={codes.join('\n')} label="Copy codes" />
          <button type="button" class="button low" onClick={() => print()}>
            Print
          </button>
        </div>
        <button type="button" class="button main no-print" onClick={close}>
          I have kept them
        </button>
      </div>
    </Dialog>
  );
}
