import { ConnectionError, overNetwork } from './connection-error.js';
import type { Config } from './generated/client/index.js';

/** What a request wants its content as. Without a wish, the answer tells. */
export type Wish = Config['parseAs'];

/**
 * The content of an answer. Without a wish files are blobs, whatever their type.
 * @throws ConnectionError when it breaks off or is not of the service, the reason of `signal`.
 */
export async function contentOf(response: Response, wish: Wish, signal: AbortSignal): Promise<unknown> {
  const type = response.headers.get('content-type');
  // The service sends no page, not even of a file: this one is of a proxy, or of a network that wants a sign-in.
  if (/^text\/html\b/i.test(type ?? ''))
    return refuse(response.body, 'Not the service answered, but a page.');
  switch (wish) {
    case 'stream':
      return response.body;
    case 'arrayBuffer':
    case 'blob':
    case 'formData':
    case 'text':
      return overNetwork<unknown>(signal, () => response[wish]());
    case 'json':
      return parsed((await overNetwork(signal, () => response.text())) || '{}');
    case 'auto':
    case undefined:
      break;
  }
  if (response.body === null || type === null) return null;
  if (response.headers.has('content-disposition')) return overNetwork(signal, () => response.blob());
  const text = await overNetwork(signal, () => response.text());
  return /json/.test(type) ? parsed(text) : text;
}

/** Takes nothing of an answer that is not of the service. */
export async function refuse(body: ReadableStream | null, message: string): Promise<never> {
  // It has failed already, when it cannot be cancelled.
  await body?.cancel().catch(() => undefined);
  throw new ConnectionError(undefined, message);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConnectionError(error, 'The answer of the service is broken.');
  }
}
