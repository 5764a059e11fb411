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
  #renewing: Promise<TokenPair> | null = null;

  constructor(
    private readonly renewal: Renewal,
    private readonly changed: (pair: TokenPair | null) => void,
  ) {}

  /** The pair of now. Null when nobody is signed in. */
  get pair(): TokenPair | null {
    return this.#pair;
  }

  /** Signs requests in from now on with the answer to a sign-in or a registration. */
  keep(pair: TokenPair): void {
    this.#pair = pair;
    const lifeMs = pair.expires_in * 1000;
    this.#renewFrom = Date.now() + lifeMs - Math.min(MARGIN_MS, lifeMs / 10);
    this.changed(pair);
  }

  /** Sends no token any more. To end the session at the service, sign out first. */
  forget(): void {
    this.#pair = null;
    this.changed(null);
  }

  /** The access token for a request, renewed when it is about to end. Undefined when nobody is signed in. */
  async current(): Promise<string | undefined> {
    if (this.#pair === null) return undefined;
    const { token } = Date.now() < this.#renewFrom ? this.#pair : await this.renew();
    return token;
  }

  /**
   * Exchanges the refresh token. Calls at the same time share one exchange, as each refresh token is good once.
   * @throws ApiError when the session has ended. The tokens are forgotten then.
   */
  renew(): Promise<TokenPair> {
    return (this.#renewing ??= this.#renew().finally(() => (this.#renewing = null)));
  }

  /** True when there is another token now than the one that was refused, by a renewal if needed. */
  async replace(refused: string): Promise<boolean> {
    if (this.#pair === null) return false;
    if (this.#pair.token === refused) await this.renew();
    return true;
  }

  async #renew(): Promise<TokenPair> {
    try {
      const pair = await this.renewal(this.#pair?.refresh_token);
      this.keep(pair);
      return pair;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.forget();
      throw error;
    }
  }
}
