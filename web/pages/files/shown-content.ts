import { useEffect } from 'preact/hooks';
import { bytesOf, type Place } from '../../api/contents.js';
import type { Content } from '../../api/types.js';
import { type FileKind, kindOf } from '../../parts/file-kind.js';
import { type Answer, useAnswer } from '../../parts/use-answer.js';

/** Of a text, so much is shown. */
export const TEXT_BYTES = 256 * 1024;
/** Anything larger is not loaded just to be looked at. */
export const MOST_BYTES = 100 * 1024 * 1024;

/** The kinds that can be looked at. */
export type Visible = Exclude<FileKind, 'archive' | 'other'>;

/** A content that was loaded to be looked at. */
export type Shown =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: Exclude<Visible, 'text'>; readonly url: string };

/** How a content is looked at. Null when it is not. */
export function visibleKindOf({ mime_type: type, size }: Content): Visible | null {
  const kind = kindOf(type);
  if (kind === 'other' || kind === 'archive') return null;
  return kind !== 'text' && size > MOST_BYTES ? null : kind;
}

/** Loads a content to look at. */
export function useShown(place: Place, content: Content, kind: Visible): Answer<Shown> {
  const answer = useAnswer<Shown>(
    () => load(place, content, kind),
    [place.id, place.version, content.sha256],
  );
  const { value } = answer;
  useEffect(() => {
    if (value === null || !('url' in value)) return;
    return () => URL.revokeObjectURL(value.url);
  }, [value]);
  return answer;
}

async function load(place: Place, { mime_type: type, size }: Content, kind: Visible): Promise<Shown> {
  // Nothing is a part of an empty content.
  if (kind === 'text' && size === 0) return { kind, text: '' };
  if (kind === 'text') return { kind, text: await (await bytesOf(place, TEXT_BYTES)).text() };
  // The type is the one by which the kind was chosen. Without it a browser could guess another.
  const bytes = (await bytesOf(place)).slice(undefined, undefined, type.split(';')[0]);
  return { kind, url: URL.createObjectURL(bytes) };
}
