import { call, request } from './call.js';
import { Unreachable } from './problem.js';
import type { InclusionProof, LogKey } from './types.js';

/** The key that signs the checkpoints of the log. */
export async function logKey(signal?: AbortSignal): Promise<LogKey> {
  const [key] = await call<LogKey[]>('GET', '/api/audit/keys', { signal });
  return key!;
}

/** The proof that the log of `to` entries continues that of `from`, in base64. */
export async function consistency(from: number, to: number, signal: AbortSignal): Promise<readonly string[]> {
  const path = `/api/audit/consistency?from=${from}&to=${to}`;
  return (await call<{ readonly hashes: readonly string[] }>('GET', path, { signal })).hashes;
}

/** Undefined while no checkpoint has the entry. */
export function inclusion(id: string): Promise<InclusionProof | undefined> {
  return call('GET', `/api/audit/logs/${id}/proof`);
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
  const query = userId === null ? '' : `?user_id=${userId}`;
  const { body } = await request('GET', `/api/audit/export${query}`, { signal, cache: 'no-store' });
  let bytes = 0;
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      follow((bytes += chunk.length));
      controller.enqueue(chunk);
    },
  });
  try {
    return await new Response(body!.pipeThrough(counter)).blob();
  } catch (error) {
    if (signal.aborted) throw error;
    if (!navigator.onLine) throw new Unreachable(error);
    throw new Error('The export broke off on its way. Nothing was checked.', { cause: error });
  }
}
