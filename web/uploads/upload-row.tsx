import { ApiError } from '../../clients/typescript/src/main.js';
import { wordsOf } from '../api/refusal.js';
import { Icon } from '../parts/icon.js';
import { sizeOf } from '../parts/size.js';
import { FilePicker } from '../parts/file-picker.js';
import { add, cancel, pause, resume, type Upload } from './uploads.js';

/** One upload: how far it is, and what can be done about it. */
export function UploadRow({ upload }: { readonly upload: Upload }) {
  const { key, name, size, state, sent } = upload;
  return (
    <li class="upload">
      <div class="upload-head">
        <span class="upload-name" title={name}>
          {name}
        </span>
        {state === 'done' && (
          <span class="done small">
            <span class="quiet number">{sizeOf(size)}</span>
            <Icon name="check" />
            <span class="unseen">done</span>
          </span>
        )}
        {(state === 'running' || state === 'waiting') && (
          <Act label={`Pause ${name}`} icon="pause" run={() => pause(key)} />
        )}
        {(state === 'paused' || state === 'failed') && (
          <Act label={`Resume ${name}`} icon="play" run={() => resume(key)} />
        )}
        {state === 'parted' && (
          <FilePicker class="button low" label={`Choose ${name} again`} take={add} multiple={false}>
            Choose file
          </FilePicker>
        )}
        {state !== 'done' && <Act label={`Cancel ${name}`} icon="close" run={() => cancel(key)} />}
      </div>
      {state !== 'done' && <progress aria-label={`Upload of ${name}`} max={Math.max(1, size)} value={sent} />}
      {state !== 'done' && (
        <p class={`small number ${state === 'failed' ? 'upload-fault' : 'quiet'}`}>{lineOf(upload)}</p>
      )}
    </li>
  );
}

interface ActProps {
  readonly label: string;
  readonly icon: 'pause' | 'play' | 'close';
  readonly run: () => void;
}

function Act({ label, icon, run }: ActProps) {
  return (
    <button type="button" class="button plain square low" aria-label={label} onClick={run}>
      <Icon name={icon} />
    </button>
  );
}

function lineOf({ state, size, sent, speed, error }: Upload): string {
  const far = `${sizeOf(sent)} of ${sizeOf(size)}`;
  switch (state) {
    case 'waiting':
      return `Waiting, ${sizeOf(size)}`;
    case 'running':
      return speed === 0 ? far : `${far}, ${sizeOf(speed)}/s`;
    case 'paused':
      return `Paused at ${far}`;
    case 'parted':
      return `${far}. Choose the same file to go on.`;
    case 'failed':
      return faultOf(error);
    case 'done':
      return sizeOf(size);
  }
}

function faultOf(error: unknown): string {
  if (!(error instanceof ApiError)) return wordsOf(error);
  if (error.code === 'quota_exceeded')
    return 'There is no room left for it. Empty the trash or delete files, then go on.';
  // A proxy gives none.
  if (error.status < 500 || error.requestId === null) return wordsOf(error);
  return `${wordsOf(error)} (request ${error.requestId})`;
}
