import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { TokenClaims } from '../sessions/access-tokens.js';

/**
 * Caches tokens whose signature passport-jwt has verified, so that it is not verified again at every request.
 * Only the signature is cached. Expiry and session are checked every time.
 */
@Injectable()
export class VerifiedTokens {
  readonly #claims = new LRUCache<string, TokenClaims>({ max: 10_000 });

  remember(token: string, claims: TokenClaims): void {
    this.#claims.set(token, claims);
  }

  /**
   * The claims of a token that was verified before and has not expired. With null, passport-jwt must verify
   * it.
   */
  find(token: string): TokenClaims | null {
    const claims = this.#claims.get(token);
    return claims !== undefined && claims.exp * 1000 > Date.now() ? claims : null;
  }
}
