import { saveBlob } from '../parts/save-blob.js';
import { requestBytes } from './call.js';
import type { Content } from './types.js';

/** From this size on a file goes straight to the disk, where the browser can do that. */
const LARGE_BYTES = 256 * 1024 * 1024;

interface SaveWindow {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

/** Saves a file, or a version of one, under its name. @param path its address in the API. */
export async function download(path: string, { name, size }: Content): Promise<void> {
  const picker = window as SaveWindow;
  if (size >= LARGE_BYTES && picker.showSaveFilePicker !== undefined) {
    const handle = await picker.showSaveFilePicker({ suggestedName: name });
    const { body } = await requestBytes(path);
    await body!.pipeTo(await handle.createWritable());
    return;
  }
  saveBlob(await (await requestBytes(path)).blob(), name);
}
