import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { TokenClaims } from '../sessions/access-tokens.js';

/**
 * Tokens whose signature passport-jwt has verified, so that it need not do so again at every request of the
 * same client. Only the signature is remembered: expiry and the session are judged anew each time.
 */
@Injectable()
export class VerifiedTokens {
  readonly #claims = new LRUCache<string, TokenClaims>({ max: 10_000 });

  remember(token: string, claims: TokenClaims): void {
    this.#claims.set(token, claims);
  }

  /** The claims of a token verified before and not yet expired; null sends it to passport-jwt. */
  find(token: string): TokenClaims | null {
    const claims = this.#claims.get(token);
    return claims !== undefined && claims.exp * 1000 > Date.now() ? claims : null;
  }
}
