import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Every file below `tmp` and `blobs` of a storage directory. */
export async function storedFiles(storage: string): Promise<string[]> {
  const found = await Promise.all(['tmp', 'blobs'].map((directory) => filesBelow(join(storage, directory))));
  return found.flat().sort();
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
