import { exchange, type RequestOptions, type Send } from './exchange.js';
import { type Client, createClient } from './generated/client/index.js';
import { Api } from './generated/sdk.gen.js';
import { type Renewal, type TokenPair, Tokens } from './tokens.js';

export interface ConnectOptions {
  /** Where the service is, such as `https://files.example.org`. Empty for the page's own origin. */
  readonly url: string;
  /** An API key, in the place of a sign-in. */
  readonly key?: string;
  /** Tokens that `onTokens` gave earlier. */
  readonly tokens?: TokenPair;
  /** Called with every new pair, to store it, and with null at the end of the session. */
  readonly onTokens?: (pair: TokenPair | null) => void;
  /** Another way to renew the tokens, such as with a cookie. */
  readonly renew?: Renewal;
  /** In the place of the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** The API by its operations, such as `api.files.list()`, with the tokens that it sends. */
export class Connection extends Api {
  constructor(
    client: Client,
    readonly tokens: Tokens,
  ) {
    super({ client });
  }
}

/** Gives a refusal when all of it is there: one that breaks off is no answer. */
function wholeRefusals(send: typeof fetch): typeof fetch {
  return async (...request) => {
    const response = await send(...request);
    if (response.ok) return response;
    const text = await response.text();
    return new Response(text === '' ? null : text, response);
  };
}

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;

/**
 * Connects to a service. Its methods return what the service answers, and throw `ApiError` for what it refuses. A
 * request whose access token has ended is sent once more with a new one.
 */
export function connect(options: ConnectOptions): Connection {
  const renew: Renewal = async (refreshToken) => {
    if (refreshToken === undefined) throw new Error('There is no refresh token.');
    return connection.sessions.refresh({ body: { refresh_token: refreshToken } });
  };
  const tokens = new Tokens(options.renew ?? renew, options.onTokens ?? (() => undefined));
  const client = createClient({
    baseUrl: options.url.replace(/\/$/, ''),
    fetch: wholeRefusals(options.fetch ?? ((...request) => fetch(...request))),
  });
  for (const method of METHODS) {
    const send = client[method] as unknown as Send;
    Object.assign(client, {
      [method]: (request: RequestOptions) => exchange(send, tokens, request, options.key),
    });
  }
  const connection = new Connection(client, tokens);
  if (options.tokens !== undefined) tokens.keep(options.tokens);
  return connection;
}
