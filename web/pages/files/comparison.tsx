import { useLayoutEffect, useRef } from 'preact/hooks';
import { wordsOf } from '../../api/refusal.js';
import type { StoredFile, Version } from '../../api/types.js';
import { lazy } from '../../parts/lazy.js';
import { sizeOf } from '../../parts/size.js';
import { TEXT_BYTES, useShown, visibleKindOf } from './shown-content.js';

interface ComparisonProps {
  readonly file: StoredFile;
  readonly version: Version;
  readonly close: () => void;
}

const TextComparison = lazy(
  async () => (await import('./text-comparison.js')).TextComparison,
  <span class="bone picture-bone" />,
);

/** An earlier version beside the content of now: texts by their lines, pictures side by side, anything else by what is known of it. */
export function Comparison({ file, version, close }: ComparisonProps) {
  const closing = useRef<HTMLButtonElement>(null);
  // On a phone it is above the list of versions.
  useLayoutEffect(() => closing.current!.focus(), []);
  return (
    <section class="comparison" aria-label={`Version ${version.version} compared with the current one`}>
      <div class="section-head">
        <h3>Version {version.version}, and now</h3>
        <button ref={closing} type="button" class="button low" onClick={close}>
          Close the comparison
        </button>
      </div>
      <Compared file={file} version={version} />
    </section>
  );
}

function Compared({ file, version }: Omit<ComparisonProps, 'close'>) {
  const kind = visibleKindOf(file);
  if (file.sha256 === version.sha256) return <p class="compared-words">Both have the same bytes.</p>;
  if (kind !== visibleKindOf(version) || (kind !== 'text' && kind !== 'image'))
    return (
      <p class="compared-words">
        The bytes differ: {sizeOf(version.size)} then, {sizeOf(file.size)} now. This kind of file cannot be
        compared here.
      </p>
    );
  return <Contents file={file} version={version} kind={kind} />;
}

function Contents({
  file,
  version,
  kind,
}: Omit<ComparisonProps, 'close'> & { readonly kind: 'text' | 'image' }) {
  const earlier = useShown({ id: file.id, version: version.version }, version, kind);
  const later = useShown({ id: file.id }, file, kind);
  const failed = [earlier, later].find(({ error }) => error !== null);
  if (failed !== undefined)
    return (
      <div class="empty" role="alert">
        <p>{wordsOf(failed.error)}</p>
        <button type="button" class="button" onClick={failed.again}>
          Try again
        </button>
      </div>
    );
  if (earlier.value === null || later.value === null) return <span class="bone picture-bone" />;
  if (earlier.value.kind === 'text' && later.value.kind === 'text')
    return (
      <>
        {Math.max(file.size, version.size) > TEXT_BYTES && (
          <p class="compared-words small">Only the beginning of the texts is compared.</p>
        )}
        <TextComparison earlier={earlier.value.text} later={later.value.text} />
      </>
    );
  if ('url' in earlier.value && 'url' in later.value)
    return (
      <div class="pair">
        <figure>
          <img src={earlier.value.url} alt={`Version ${version.version}`} />
          <figcaption class="small">Version {version.version}</figcaption>
        </figure>
        <figure>
          <img src={later.value.url} alt="The current version" />
          <figcaption class="small">Now</figcaption>
        </figure>
      </div>
    );
  return null;
}
