import { type AddCheckpoint, writeAddCheckpoint } from '../merkle/add-checkpoint.js';

const ANSWER_MS = 10_000;
/** An answer has a line for each key of the witness. */
const MAX_ANSWER_BYTES = 65_536;
const SIZE_TYPE = 'text/x.tlog.size';

/** The answer of a witness: signature lines, or the size of the checkpoint that it has cosigned last. */
export type OfferAnswer =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'size'; readonly size: number };

/** The witness has answered with something else than cosignatures or a size. */
export class OfferRefused extends Error {
  constructor(readonly status: number) {
    super(`the answer was ${status}`);
    this.name = 'OfferRefused';
  }
}

/**
 * Offers a checkpoint to a witness (C2SP tlog-witness, `add-checkpoint`).
 * @param url the submission prefix.
 * @throws OfferRefused; any other error when the witness cannot be reached or does not answer in 10 s.
 */
export async function offer(url: string, checkpoint: AddCheckpoint, stop: AbortSignal): Promise<OfferAnswer> {
  const response = await fetch(`${url}/add-checkpoint`, {
    method: 'POST',
    body: writeAddCheckpoint(checkpoint),
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    redirect: 'error',
    signal: AbortSignal.any([stop, AbortSignal.timeout(ANSWER_MS)]),
  });
  const text = await textOf(response);
  if (response.status === 200) return { kind: 'lines', lines: text.split('\n').slice(0, -1) };
  const [, size] = /^(0|[1-9]\d{0,15})\n$/.exec(text) ?? [];
  const type = response.headers.get('content-type')?.split(';')[0];
  // The same status without a size: another root of the same size.
  if (
    response.status === 409 &&
    type === SIZE_TYPE &&
    size !== undefined &&
    Number.isSafeInteger(Number(size))
  )
    return { kind: 'size', size: Number(size) };
  throw new OfferRefused(response.status);
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    parts.push(part as Uint8Array);
    length += (part as Uint8Array).length;
    if (length > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
  }
  return Buffer.concat(parts).toString();
}
