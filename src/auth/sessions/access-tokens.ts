import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { KeyObject } from 'node:crypto';
import { newId, UUID } from '../../common/ids.js';
import { AppConfig } from '../../config/app-config.js';
import type { Session } from './session.entity.js';

/** The claims of a token whose signature is verified. */
export interface TokenClaims {
  readonly sub: string;
  readonly sid: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

const HEADER_FIELDS = new Set(['alg', 'typ', 'kid']);

/**
 * Issues access tokens (JWT, HS256). Checks everything about them except the signature, which passport-jwt
 * checks.
 */
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

  /** A token for a session. It is signed with the first key and expires after `ttlSeconds`. */
  issue(session: Session): string {
    const [{ kid, key }] = this.#keys;
    return this.jwt.sign(
      { sid: session.id, amr: session.amr, auth_time: Math.floor(Date.parse(session.createdAt) / 1000) },
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
   * The key that must have signed a token. Null when its header has anything that is not accepted here:
   * another algorithm, an unknown key, an embedded key (`jwk`, `jku`, `x5u`…), an extension (`crit`, RFC
   * 7515, section 4.1.11).
   */
  keyFor(token: string): KeyObject | null {
    const [header, payload] = token.split('.', 2).map(decodePart);
    // jsonwebtoken fails on a payload that is not an object, even when its signature is right.
    if (!header || !payload || header.alg !== 'HS256') return null;
    if (!Object.keys(header).every((field) => HEADER_FIELDS.has(field))) return null;
    if (header.typ !== undefined && header.typ !== 'JWT') return null;
    if (header.kid === undefined) return this.#keys[0].key;
    return this.#keys.find(({ kid }) => kid === header.kid)?.key ?? null;
  }
}

/** True when a verified payload has every claim of an access token, each with the right type. */
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

/** The object in a part of a token, or null. */
function decodePart(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    // Not JSON, so not a token of this service.
    return null;
  }
}
