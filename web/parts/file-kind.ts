import type { IconName } from './icon.js';

/** What a file is for who looks at it. */
export type FileKind = 'image' | 'pdf' | 'text' | 'audio' | 'video' | 'archive' | 'other';

const IMAGES = new Set(
  ['png', 'jpeg', 'gif', 'webp', 'avif', 'bmp', 'svg+xml'].map((name) => `image/${name}`),
);
const TEXTS =
  /^(?:text\/|application\/(?:json|xml|javascript|x-sh|yaml|toml|sql|x-ndjson)\b)|\+(?:json|xml)$/;
const ARCHIVES = /zip|compressed|x-tar|x-7z|x-rar/;

export function kindOf(mimeType: string): FileKind {
  const type = mimeType.split(';')[0]!.trim().toLowerCase();
  if (IMAGES.has(type)) return 'image';
  if (type === 'application/pdf') return 'pdf';
  if (type.startsWith('audio/')) return 'audio';
  if (type.startsWith('video/')) return 'video';
  if (TEXTS.test(type)) return 'text';
  return ARCHIVES.test(type) ? 'archive' : 'other';
}

const ICONS: Readonly<Record<FileKind, IconName>> = {
  image: 'image',
  pdf: 'text',
  text: 'text',
  audio: 'audio',
  video: 'video',
  archive: 'archive',
  other: 'file',
};

export function iconOf(mimeType: string): IconName {
  return ICONS[kindOf(mimeType)];
}
