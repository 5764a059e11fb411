import { download } from '../../clients/typescript/src/main.js';
import { saveBlob } from '../parts/save-blob.js';
import { api } from './access.js';
import type { Content } from './types.js';

/** Where a content is: in a file, or in an earlier version of one. */
export interface Place {
  readonly id: string;
  readonly version?: number;
}

interface Request {
  readonly parseAs?: 'blob' | 'stream';
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** From this size on a file goes straight to the disk, where the browser can do that. */
const LARGE_BYTES = 256 * 1024 * 1024;

interface SaveWindow {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

/** Saves a content under its name. It goes on where it was when the connection fails. */
export async function save(place: Place, { name, size }: Content): Promise<void> {
  const picker = window as SaveWindow;
  if (size >= LARGE_BYTES && picker.showSaveFilePicker !== undefined) {
    const handle = await picker.showSaveFilePicker({ suggestedName: name });
    const { stream } = await download((request) => ask(place, request));
    await stream.pipeTo(await handle.createWritable());
    return;
  }
  const { stream, type } = await download((request) => ask(place, request));
  saveBlob(await new Response(stream, { headers: { 'Content-Type': type } }).blob(), name);
}

/** The bytes, or the first so many. */
export async function bytesOf(place: Place, most?: number): Promise<Blob> {
  const headers = most === undefined ? {} : { Range: `bytes=0-${most - 1}` };
  return (await ask(place, { parseAs: 'blob', headers })) as Blob;
}

/** No copy is kept: Chromium cuts a part of a new content to the length of the part that it has of the old one. */
function ask({ id, version }: Place, request: Request): Promise<unknown> {
  const options = { ...request, cache: 'no-store' } as const;
  return version === undefined
    ? api.files.download({ path: { id }, ...options })
    : api.versions.download({ path: { id, version }, ...options });
}
