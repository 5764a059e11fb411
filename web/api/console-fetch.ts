import { noteAnswer, noteSilence } from './connection.js';

/** Sends a request as the console does, and learns from its outcome whether the service is there and can keep its trail. */
export async function consoleFetch(...given: Parameters<typeof fetch>): Promise<Response> {
  const request = new Request(...given);
  // No page of another site can send it: the service then keeps the refresh token in a cookie.
  request.headers.set('X-Console', '1');
  let answer: Response;
  try {
    answer = await fetch(request);
  } catch (error) {
    if (!request.signal.aborted) noteSilence();
    throw error;
  }
  noteAnswer(request.method, answer.ok ? null : await codeOf(answer));
  return answer;
}

/** The code of a refusal, which stays to be read. A proxy knows no codes. */
async function codeOf(answer: Response): Promise<string> {
  if (!answer.headers.get('Content-Type')?.startsWith('application/problem+json')) return 'unknown';
  return ((await answer.clone().json()) as { readonly code: string }).code;
}
