import { ApiError } from './api-error.js';

/** What a sign-in or a renewal answers. */
export interface TokenPair {
  readonly token: string;
  /** Seconds. */
  readonly expires_in: number;
  /** Absent where the browser holds it in a cookie. */
  readonly refresh_token?: string;
}

/** Exchanges the refresh token for a new pair. */
export type Renewal = (refreshToken: string | undefined) => Promise<TokenPair>;

/** An access token is renewed this long before its end, or a tenth of its life before when that is less. */
const MARGIN_MS = 30_000;

/** The tokens of one session. The access token is renewed when it ends, by one request at a time. */
export class Tokens {
  #pair: TokenPair | null = null;
  #renewFrom = 0;
  #generation = 0;
  #renewing: { readonly generation: number; readonly pair: Promise<TokenPair> } | null = null;

  constructor(
    private readonly renewal: Renewal,
    private readonly changed: (pair: TokenPair | null) => void,
  ) {}

  /** The pair of now. Null when nobody is signed in. */
  get pair(): TokenPair | null {
    return this.#pair;
  }

  /** Another number after each sign-in and each end of a session. What began in one does not go on in the next. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Signs requests in from now on with the answer to a sign-in or a registration. Requests and a renewal under way of
   * the session before do not go on with it.
   */
  keep(pair: TokenPair): void {
    this.#generation += 1;
    this.renewed(pair);
  }

  /**
   * Takes a newer pair of the session of now, which was renewed elsewhere, such as by another tab of the browser.
   * Requests under way go on with it. For the pair of another session, see `keep`.
   */
  renewed(pair: TokenPair): void {
    this.#pair = pair;
    const lifeMs = pair.expires_in * 1000;
    this.#renewFrom = Date.now() + lifeMs - Math.min(MARGIN_MS, lifeMs / 10);
    this.changed(pair);
  }

  /** Sends no token any more, also when a renewal is under way. To end the session at the service, sign out first. */
  forget(): void {
    this.#generation += 1;
    this.#pair = null;
    this.changed(null);
  }

  /** @throws ApiError when `generation` is over: what began in it must not go on. */
  demand(generation: number): void {
    if (generation !== this.#generation) throw sessionEnded();
  }

  /**
   * The access token for a request that began in `generation`, renewed when it is about to end. Undefined when nobody
   * is signed in.
   * @throws ApiError when the session is another one by now.
   */
  async current(generation = this.#generation): Promise<string | undefined> {
    this.demand(generation);
    if (this.#pair === null) return undefined;
    const { token } = Date.now() < this.#renewFrom ? this.#pair : await this.renew();
    return token;
  }

  /**
   * Exchanges the refresh token. Calls at the same time share one exchange, as each refresh token is good once.
   * @throws ApiError when the session has ended. The tokens are forgotten then. Also when another sign-in or `forget`
   * came first: nothing changes then.
   */
  renew(): Promise<TokenPair> {
    const generation = this.#generation;
    if (this.#renewing?.generation === generation) return this.#renewing.pair;
    const renewing = { generation, pair: this.#renew(generation).finally(() => this.#end(renewing)) };
    this.#renewing = renewing;
    return renewing.pair;
  }

  /**
   * True when a request that began in `generation` can be sent again: there is another token of its session than the
   * one that was refused, by a renewal if needed.
   */
  async replace(refused: string, generation = this.#generation): Promise<boolean> {
    if (this.#pair === null || generation !== this.#generation) return false;
    if (this.#pair.token === refused) await this.renew();
    return true;
  }

  async #renew(generation: number): Promise<TokenPair> {
    try {
      const pair = await this.renewal(this.#pair?.refresh_token);
      this.demand(generation);
      this.renewed(pair);
      return pair;
    } catch (error) {
      const ended = error instanceof ApiError && error.status === 401;
      if (ended && generation === this.#generation) this.forget();
      throw error;
    }
  }

  #end(renewing: object): void {
    if (this.#renewing === renewing) this.#renewing = null;
  }
}

/** What the service says to a token of an ended session. */
function sessionEnded(): ApiError {
  return new ApiError(new Response(null, { status: 401 }), {
    code: 'unauthorized',
    detail: 'The session in which this began has ended.',
  });
}
