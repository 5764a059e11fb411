import { ConnectionError } from '../../clients/typescript/src/main.js';
import { api } from './access.js';
import type { ReadPage } from './paged-list.js';
import type { Entry, InclusionProof, LogKey } from './types.js';

/** What one looks for in the trail. */
interface EntryFilter {
  readonly actions: readonly string[];
  readonly outcome?: Entry['outcome'];
}

/** Reads the entries that a filter lets through, of one user or of all that the reader may see. */
export function entriesOf({ actions, outcome }: EntryFilter, userId: string | null): ReadPage<Entry> {
  const query = { limit: 100, action: [...actions], outcome, user_id: userId ?? undefined };
  return (cursor, signal) => api.audit.list({ query: { ...query, cursor }, signal });
}

/** The key that signs the checkpoints of the log. @throws when the service tells none. */
export async function logKey(signal?: AbortSignal): Promise<LogKey> {
  const [key] = await api.audit.keys({ signal });
  if (key === undefined) throw new Error('The service did not tell the key of its log. Nothing was checked.');
  return key;
}

/** The proof that the log of `to` entries continues that of `from`, in base64. */
export async function consistency(from: number, to: number, signal: AbortSignal): Promise<readonly string[]> {
  return (await api.audit.proveConsistency({ query: { from, to }, signal })).hashes;
}

/** Undefined while no checkpoint has the entry. */
export async function inclusion(id: string): Promise<InclusionProof | undefined> {
  const proof = await api.audit.proveInclusion({ path: { id } });
  return 'hashes' in proof ? proof : undefined;
}

/**
 * The whole export, as the browser keeps large things: not in the memory of the page.
 * @param userId the user whose entries it should have; null for all that one may read.
 * @param follow learns the number of bytes that are there.
 * @throws when it breaks off.
 */
export async function fetchExport(
  userId: string | null,
  signal: AbortSignal,
  follow: (bytes: number) => void,
): Promise<Blob> {
  const query = userId === null ? {} : { user_id: userId };
  const body = (await api.audit.export({
    query,
    signal,
    parseAs: 'stream',
    cache: 'no-store',
  })) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
  let bytes = 0;
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      follow((bytes += chunk.length));
      controller.enqueue(chunk);
    },
  });
  try {
    return await new Response(body.pipeThrough(counter)).blob();
  } catch (error) {
    if (signal.aborted) throw error;
    if (!navigator.onLine) throw new ConnectionError(error);
    throw new Error('The export broke off on its way. Nothing was checked.', { cause: error });
  }
}
