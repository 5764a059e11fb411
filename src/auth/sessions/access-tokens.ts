import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { KeyObject } from 'node:crypto';
import { newId, UUID } from '../../common/ids.js';
import { AppConfig } from '../../config/app-config.js';
import type { Session } from './session.entity.js';

/** What a token says once its signature is verified. */
export interface TokenClaims {
  readonly sub: string;
  readonly sid: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

const HEADER_FIELDS = new Set(['alg', 'typ', 'kid']);

/** Issues access tokens (JWT, HS256) and judges everything about them but the signature, which passport-jwt checks. */
@Injectable()
export class AccessTokens {
  readonly ttlSeconds: number;
  readonly #keys: AppConfig['auth']['tokenKeys'];

  constructor(
    private readonly jwt: JwtService,
    config: AppConfig,
  ) {
    this.ttlSeconds = config.auth.tokenTtlSeconds;
    this.#keys = config.auth.tokenKeys;
  }

  /** A token for a session, signed by the first key, that ends after `ttlSeconds`. */
  issue(session: Session): string {
    const [{ kid, key }] = this.#keys;
    return this.jwt.sign(
      { sid: session.id },
      {
        subject: session.userId,
        jwtid: newId(),
        expiresIn: this.ttlSeconds,
        algorithm: 'HS256',
        keyid: kid,
        secret: key as unknown as string,
      },
    );
  }

  /**
   * The key that must have signed a token, or null when its header asks for anything that is not done here:
   * another algorithm, an unknown key, a key of its own (`jwk`, `jku`, `x5u`…), an extension (`crit`, RFC 7515 section 4.1.11).
   */
  keyFor(token: string): KeyObject | null {
    const [header, payload] = token.split('.', 2).map(decodePart);
    // jsonwebtoken fails on a payload that is no object, even a well-signed one.
    if (!header || !payload || header.alg !== 'HS256') return null;
    if (!Object.keys(header).every((field) => HEADER_FIELDS.has(field))) return null;
    if (header.typ !== undefined && header.typ !== 'JWT') return null;
    if (header.kid === undefined) return this.#keys[0].key;
    return this.#keys.find(({ kid }) => kid === header.kid)?.key ?? null;
  }
}

/** True when a verified payload has every claim an access token carries, each of its type. */
export function hasTokenClaims(payload: unknown): payload is TokenClaims {
  if (typeof payload !== 'object' || payload === null) return false;
  const claims = payload as Partial<Record<keyof TokenClaims, unknown>>;
  return (
    isId(claims.sub) &&
    isId(claims.sid) &&
    isId(claims.jti) &&
    Number.isSafeInteger(claims.iat) &&
    Number.isSafeInteger(claims.exp)
  );
}

function isId(claim: unknown): claim is string {
  return typeof claim === 'string' && UUID.test(claim);
}

/** The object that a part of a token encodes, or null. */
function decodePart(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    // Not JSON, so not a token that was issued here.
    return null;
  }
}
