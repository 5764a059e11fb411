import { useEffect, useState } from 'preact/hooks';
import { access } from '../api/access.js';
import { inBackground } from '../parts/background.js';
import { Icon } from '../parts/icon.js';
import { countOf, sizeOf } from '../parts/size.js';
import { useStore } from '../parts/store.js';
import { durationOf } from '../parts/time.js';
import { UploadRow } from './upload-row.js';
import { clearDone, recall, type Upload, uploads } from './uploads.js';
import './upload-tray.css';

/** Of many that are done only the last are listed. */
const DONE_SHOWN = 4;

/** What is being uploaded, over every page. */
export function UploadTray() {
  const all = useStore(uploads);
  const [folded, setFolded] = useState(() => matchMedia('(max-width: 56rem)').matches);
  useEffect(() => {
    const now = access.value;
    if (now.state === 'in') inBackground(recall(now.user.id));
  }, []);
  if (all.length === 0) return null;
  const open = all.filter(({ state }) => state !== 'done');
  const shown = [
    ...open,
    ...all
      .filter(({ state }) => state === 'done')
      .slice(-DONE_SHOWN)
      .reverse(),
  ];
  return (
    <section class="tray" aria-label="Uploads">
      <header>
        <div class="sum">
          <h2>{titleOf(all, open)}</h2>
          <p class="small quiet number" aria-hidden="true">
            {paceOf(open)}
          </p>
        </div>
        <button
          type="button"
          class={`button plain square low fold ${folded ? 'folded' : ''}`}
          aria-expanded={!folded}
          aria-label={folded ? 'Show uploads' : 'Fold uploads'}
          onClick={() => setFolded(!folded)}
        >
          <Icon name="down" />
        </button>
        {open.length === 0 && (
          <button
            type="button"
            class="button plain square low"
            aria-label="Close uploads"
            onClick={clearDone}
          >
            <Icon name="close" />
          </button>
        )}
      </header>
      <p class="unseen" role="status">
        {isIdle(open) ? titleOf(all, open) : ''}
      </p>
      {!folded && (
        <ul>
          {shown.map((upload) => (
            <UploadRow key={upload.key} upload={upload} />
          ))}
        </ul>
      )}
    </section>
  );
}

function isIdle(open: readonly Upload[]): boolean {
  return !open.some(({ state }) => state === 'running' || state === 'waiting');
}

function titleOf(all: readonly Upload[], open: readonly Upload[]): string {
  if (open.length === 0) return `${countOf(all.length, 'upload')} complete`;
  if (isIdle(open)) return `${countOf(open.length, 'upload')} stopped`;
  return all.length === 1
    ? 'Uploading 1 file'
    : `Uploading ${all.length - open.length + 1} of ${all.length} files`;
}

function paceOf(open: readonly Upload[]): string {
  const speed = open.reduce((sum, upload) => sum + upload.speed, 0);
  const left = open.reduce((sum, { size, sent }) => sum + size - sent, 0);
  if (open.length === 0) return '';
  return speed === 0 ? `${sizeOf(left)} left` : `${sizeOf(speed)}/s, ${durationOf(left / speed)} left`;
}
