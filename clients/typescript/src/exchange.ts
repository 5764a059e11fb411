import { contentOf, type Wish } from './answer-content.js';
import { keepHeaders } from './answer-headers.js';
import { keepSession } from './answer-session.js';
import { ApiError } from './api-error.js';
import { ConnectionError } from './connection-error.js';
import type { Auth } from './generated/core/auth.gen.js';
import { demandPathValues, type PathOptions } from './path-values.js';
import type { Tokens } from './tokens.js';
import { untilAborted } from './until-aborted.js';

/** A request as the generated methods describe it, as far as it matters here. */
export interface RequestOptions extends PathOptions {
  readonly parseAs?: Wish;
  readonly signal?: AbortSignal | null;
  /** Absent when no token is sent. */
  readonly security?: readonly Auth[];
}

/** What the generated client gives for it. Without `response`, the request failed on its way. */
interface Result {
  readonly error?: unknown;
  readonly request: Request;
  readonly response?: Response;
}

export type Send = (options: object) => Promise<Result>;

/**
 * Sends a request, and once more with a new token of the same session when the service says that the access token has
 * ended. With `key` it is sent in the place of a token.
 * @returns what the answer contains, with its header fields kept for `headersOf`.
 * @throws ApiError for a refusal, ConnectionError without an answer, the reason of a signal, and before anything is
 * sent a TypeError for a value that is no part of a path.
 */
export async function exchange(
  send: Send,
  tokens: Tokens,
  options: RequestOptions,
  key?: string,
): Promise<unknown> {
  demandPathValues(options);
  const { generation } = tokens;
  const wanted = {
    ...options,
    auth: ({ scheme }: Auth) =>
      scheme === 'bearer' ? (key ?? untilAborted(options.signal, tokens.current(generation))) : undefined,
    // Read here, and not by the generated client, to tell a broken answer from another error.
    parseAs: 'stream',
    responseStyle: 'fields',
    throwOnError: false,
  };
  const first = await send(wanted);
  const renewed = await untilAborted(options.signal, hasNewToken(tokens, generation, first));
  const result = renewed ? await send(wanted) : first;
  const { response, error, request } = result;
  if (response === undefined) throw request.signal.aborted ? error : new ConnectionError(error);
  if (!response.ok) throw new ApiError(response, error);
  const content = await contentOf(response, options.parseAs, request.signal);
  if (typeof content === 'string') return content;
  const answer = keepHeaders(content ?? {}, response.headers);
  if (key === undefined && options.security !== undefined) keepSession(answer, { tokens, generation });
  return answer;
}

async function hasNewToken(
  tokens: Tokens,
  generation: number,
  { request, response, error }: Result,
): Promise<boolean> {
  if (response?.status !== 401) return false;
  const { code } = new ApiError(response, error);
  // An answer to HEAD has no code.
  if (code !== null && code !== 'unauthorized') return false;
  const refused = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
  return refused !== undefined && tokens.replace(refused, generation);
}
