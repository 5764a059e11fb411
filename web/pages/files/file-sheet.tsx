import { useState } from 'preact/hooks';
import { save } from '../../api/contents.js';
import type { StoredFile, Version } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Dialog } from '../../parts/dialog.js';
import { Icon } from '../../parts/icon.js';
import { sizeOf } from '../../parts/size.js';
import { momentOf } from '../../parts/time.js';
import { Comparison } from './comparison.js';
import { Preview } from './preview.js';
import { ShareList } from './share-list.js';
import { VersionList } from './version-list.js';

interface FileSheetProps {
  readonly file: StoredFile;
  /** The file is another now, such as after a restored version. */
  readonly changed: (file: StoredFile) => void;
  readonly close: () => void;
}

/** One file: what is in it, and everything that the service knows about it. */
export function FileSheet({ file, changed, close }: FileSheetProps) {
  const [compared, setCompared] = useState<Version | null>(null);
  return (
    <Dialog
      title={file.name}
      class="sheet"
      close={close}
      actions={
        <button type="button" class="button low" onClick={() => inBackground(save(file, file))}>
          <Icon name="download" />
          Download
        </button>
      }
    >
      <div class="sheet-body">
        {compared === null ? (
          <Preview key={file.sha256} file={file} />
        ) : (
          <Comparison
            key={`${compared.version} ${file.sha256}`}
            file={file}
            version={compared}
            close={() => setCompared(null)}
          />
        )}
        <div class="about" tabIndex={0} role="region" aria-label="About this file">
          <section>
            <h3>Details</h3>
            <dl class="facts">
              <dt>Size</dt>
              <dd class="number">{sizeOf(file.size)}</dd>
              <dt>Type</dt>
              <dd>{file.mime_type}</dd>
              <dt>Uploaded</dt>
              <dd>{momentOf(file.created)}</dd>
              <dt>Changed</dt>
              <dd>{momentOf(file.updated)}</dd>
            </dl>
            <div class="digest">
              <p class="small quiet">SHA-256 of its bytes</p>
              <p class="mono">{file.sha256}</p>
              <CopyButton text={file.sha256} label="Copy digest" />
            </div>
          </section>
          <VersionList file={file} changed={changed} compare={setCompared} />
          <ShareList file={file} />
        </div>
      </div>
    </Dialog>
  );
}
