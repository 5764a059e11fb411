import { ApiError, ConnectionError } from '../../clients/typescript/src/main.js';
import { wordsOf } from '../api/refusal.js';
import { NotConfirmed } from './confirmation.js';
import { toast } from './toasts.js';

/**
 * Runs what nobody waits for. What the service refuses is told in a toast. Requests that the page ended itself are no
 * news; the banner of the page tells that the service cannot be reached.
 */
export function inBackground(work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    if (error instanceof ConnectionError) return;
    if (error instanceof NotConfirmed) return toast({ text: error.message });
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 401) toast({ text: wordsOf(error), tone: 'wrong', requestId: error.requestId });
  });
}
