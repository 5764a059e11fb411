import { useState } from 'preact/hooks';
import { endShare, sharesOf } from '../../api/files.js';
import type { Share, StoredFile } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { ConfirmButton } from '../../parts/confirm-button.js';
import { Icon } from '../../parts/icon.js';
import { shareTermsOf } from '../../parts/share-terms.js';
import { momentOf } from '../../parts/time.js';
import { useAnswer } from '../../parts/use-answer.js';
import { ShareForm } from './share-form.js';

/** The links of a file: what they allow, how often they were used, and their end. */
export function ShareList({ file }: { readonly file: StoredFile }) {
  const { value: shares, error, again, set } = useAnswer(() => sharesOf(file.id), [file.id]);
  const [making, setMaking] = useState(false);
  const end = async (ended: Share) => {
    await endShare(ended.id);
    set(shares!.filter(({ id }) => id !== ended.id));
  };
  return (
    <section>
      <div class="section-head">
        <h3>Links</h3>
        {!making && (
          <button type="button" class="button low" onClick={() => setMaking(true)}>
            <Icon name="link" />
            New link
          </button>
        )}
      </div>
      {making && <ShareForm file={file} made={again} />}
      {error !== null && (
        <p class="small">
          They could not be read.{' '}
          <button type="button" class="link" onClick={again}>
            Try again
          </button>
        </p>
      )}
      {error === null && shares === null && <span class="bone" />}
      {shares?.length === 0 && !making && <p class="small quiet">Nobody but you can open this file.</p>}
      <ul class="versions">
        {shares?.map((share) => (
          <li key={share.id}>
            <div class="version-words">
              <p>{share.note ?? `Link of ${momentOf(share.created)}`}</p>
              <p class="small quiet">{shareTermsOf(share)}</p>
            </div>
            <ConfirmButton class="button low" question="End for good?" run={() => inBackground(end(share))}>
              End
            </ConfirmButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
