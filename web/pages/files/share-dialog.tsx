import type { StoredFile } from '../../api/types.js';
import { Dialog } from '../../parts/dialog.js';
import { ShareForm } from './share-form.js';

interface ShareDialogProps {
  readonly file: StoredFile;
  readonly close: () => void;
}

/** A new link to a file. */
export function ShareDialog({ file, close }: ShareDialogProps) {
  return (
    <Dialog title={`Share “${file.name}”`} close={close}>
      <div class="body">
        <ShareForm file={file} made={() => undefined} />
      </div>
    </Dialog>
  );
}
