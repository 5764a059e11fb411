import { wordsOf } from '../../api/refusal.js';
import type { StoredFile } from '../../api/types.js';
import { iconOf, kindOf } from '../../parts/file-kind.js';
import { Icon } from '../../parts/icon.js';
import { sizeOf } from '../../parts/size.js';
import { MOST_BYTES, TEXT_BYTES, useShown, type Visible, visibleKindOf } from './shown-content.js';

/**
 * The content of a file, as far as a browser shows it. It runs nothing of it: text is text, pictures and media are data, and a
 * PDF is opened by the browser's own viewer, from memory and under its type. That viewer is its sandbox: it is no part of the
 * page, and browsers put no viewer into a frame with the attribute `sandbox`.
 */
export function Preview({ file }: { readonly file: StoredFile }) {
  const kind = visibleKindOf(file);
  return (
    <div class={`preview ${kindOf(file.mime_type)}`}>
      {kind !== null && file.size > 0 ? <Looked file={file} kind={kind} /> : <Nothing file={file} />}
    </div>
  );
}

function Looked({ file, kind }: { readonly file: StoredFile; readonly kind: Visible }) {
  const { value, error, again } = useShown({ id: file.id }, file, kind);
  if (error !== null)
    return (
      <div class="empty" role="alert">
        <p>{wordsOf(error)}</p>
        <button type="button" class="button" onClick={again}>
          Try again
        </button>
      </div>
    );
  if (value === null) return <span class="bone picture-bone" />;
  switch (value.kind) {
    case 'text':
      return <Text text={value.text} cut={file.size > TEXT_BYTES} />;
    case 'image':
      return <img src={value.url} alt={`Content of ${file.name}`} />;
    case 'audio':
      return <audio src={value.url} controls aria-label={file.name} />;
    case 'video':
      return <video src={value.url} controls playsInline aria-label={file.name} />;
    case 'pdf':
      return <iframe src={value.url} title={`Content of ${file.name}`} />;
  }
}

function Text({ text, cut }: { readonly text: string; readonly cut: boolean }) {
  return (
    <div class="text-preview" tabIndex={0} role="region" aria-label="Text">
      <pre>{text}</pre>
      {cut && <p class="quiet">This is the beginning. Download the file for all of it.</p>}
    </div>
  );
}

function Nothing({ file }: { readonly file: StoredFile }) {
  return (
    <div class="empty">
      <Icon name={iconOf(file.mime_type)} />
      <p>{reasonOf(file)}</p>
    </div>
  );
}

function reasonOf({ size }: StoredFile): string {
  if (size === 0) return 'This file is empty.';
  return size > MOST_BYTES
    ? `With ${sizeOf(size)} it is too large to be shown here.`
    : 'This kind of file cannot be shown here.';
}
