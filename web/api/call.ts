import { currentToken, refresh, send } from './access.js';
import { noteAnswer, noteSilence } from './connection.js';
import { problemOf, Unreachable } from './problem.js';

interface Options {
  readonly json?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly cache?: RequestCache;
}

/**
 * A request for the signed-in user. A token that is good no more is replaced once.
 * @throws `Problem` when it is refused, `Unreachable` without an answer.
 */
export async function request(method: string, path: string, options: Options = {}): Promise<Response> {
  const token = currentToken();
  let answer = await attempt(method, path, options);
  if (answer.status === 401 && answer.headers.get('WWW-Authenticate') !== null) {
    await refresh(token);
    answer = await attempt(method, path, options);
  }
  if (answer.ok) {
    noteAnswer(method, null);
    return answer;
  }
  const problem = await problemOf(answer);
  noteAnswer(method, problem.code);
  throw problem;
}

/**
 * The bytes of a file. No copy is kept: Chromium cuts a part of a new content to the length of the part that it has of the old
 * one.
 */
export function requestBytes(path: string, headers?: Readonly<Record<string, string>>): Promise<Response> {
  return request('GET', path, { headers, cache: 'no-store' });
}

/** The JSON of an answer. */
export async function call<T = void>(method: string, path: string, options: Options = {}): Promise<T> {
  const answer = await request(method, path, options);
  return (answer.status === 204 || answer.status === 202 ? undefined : await answer.json()) as T;
}

/** A page of a list. */
export interface Page<T> {
  readonly items: T[];
  /** The address of the next page, or null. */
  readonly next: string | null;
}

export async function page<T>(path: string, signal?: AbortSignal): Promise<Page<T>> {
  const answer = await request('GET', path, { signal });
  const next = /<([^>]+)>;\s*rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1];
  return { items: (await answer.json()) as T[], next: next === undefined ? null : pathOf(next) };
}

/** Behind a proxy the service may not know its own origin; the page does. */
function pathOf(address: string): string {
  const { pathname, search } = new URL(address, location.origin);
  return pathname + search;
}

async function attempt(
  method: string,
  path: string,
  { json, headers, signal, cache }: Options,
): Promise<Response> {
  try {
    return await send(path, {
      method,
      signal,
      cache,
      headers: {
        'X-Console': '1',
        Authorization: `Bearer ${currentToken() ?? ''}`,
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: json === undefined ? undefined : JSON.stringify(json),
    });
  } catch (error) {
    if (error instanceof Unreachable) noteSilence();
    throw error;
  }
}
