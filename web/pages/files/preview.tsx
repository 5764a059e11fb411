import { useEffect } from 'preact/hooks';
import { requestBytes } from '../../api/call.js';
import { bytesOf } from '../../api/files.js';
import type { StoredFile } from '../../api/types.js';
import { wordsOf } from '../../api/problem.js';
import { type FileKind, iconOf, kindOf } from '../../parts/file-kind.js';
import { Icon } from '../../parts/icon.js';
import { sizeOf } from '../../parts/size.js';
import { useAnswer } from '../../parts/use-answer.js';

/** Of a text, so much is shown. */
const TEXT_BYTES = 256 * 1024;
/** Anything larger is not loaded just to be looked at. */
const MOST_BYTES = 100 * 1024 * 1024;

/** The kinds that can be looked at. */
type Visible = Exclude<FileKind, 'archive' | 'other'>;

type Shown =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: Exclude<Visible, 'text'>; readonly url: string };

/**
 * The content of a file, as far as a browser shows it. It runs nothing of it: text is text, pictures and media are data, and a
 * PDF is opened by the browser's own viewer, from memory and under its type.
 */
export function Preview({ file }: { readonly file: StoredFile }) {
  const kind = kindOf(file.mime_type);
  const tooLarge = kind !== 'text' && file.size > MOST_BYTES;
  const canShow = kind !== 'other' && kind !== 'archive' && !tooLarge && file.size > 0;
  return (
    <div class={`preview ${kind}`}>
      {canShow ? <Content file={file} kind={kind} /> : <Nothing file={file} />}
    </div>
  );
}

function Content({ file, kind }: { readonly file: StoredFile; readonly kind: Visible }) {
  const { value, error, again } = useAnswer<Shown>(() => load(file, kind), [file.sha256]);
  useEffect(() => {
    if (value === null || !('url' in value)) return;
    return () => URL.revokeObjectURL(value.url);
  }, [value]);
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

async function load({ id, mime_type: type }: StoredFile, kind: Visible): Promise<Shown> {
  const headers = kind === 'text' ? { Range: `bytes=0-${TEXT_BYTES - 1}` } : undefined;
  const answer = await requestBytes(bytesOf(id), headers);
  if (kind === 'text') return { kind, text: await answer.text() };
  // The type is the one by which the kind was chosen. Without it a browser could guess another.
  const bytes = new Blob([await answer.arrayBuffer()], { type: type.split(';')[0] });
  return { kind, url: URL.createObjectURL(bytes) };
}
