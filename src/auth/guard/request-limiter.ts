import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import type { RequestContext } from '../../common/access/request-context.js';
import { AppConfig } from '../../config/app-config.js';
import { byAnonymous } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { blockOf } from '../../common/access/address-block.js';

const WINDOW_SECONDS = 60;

/**
 * Limits the requests a minute of one user, one key, or one address without either. Each process counts for
 * itself.
 */
@Injectable()
export class RequestLimiter {
  readonly #limiter: RateLimiterMemory | null;
  readonly #policy: string;

  constructor(
    config: AppConfig,
    private readonly events: DomainEvents,
  ) {
    const points = config.limits.requestsPerMinute;
    this.#limiter = points === 0 ? null : new RateLimiterMemory({ points, duration: WINDOW_SECONDS });
    this.#policy = `"default";q=${points};w=${WINDOW_SECONDS}`;
  }

  /**
   * Counts one request of the caller, and sets the `RateLimit` headers with the number that is left.
   * @throws `rate_limited` with Retry-After when none is left. It is recorded once in a window.
   */
  async consume(actor: Actor | null, request: RequestContext, response: Response): Promise<void> {
    if (this.#limiter === null) return;
    try {
      this.#announce(response, await this.#limiter.consume(nameOf(actor, request)));
    } catch (result) {
      if (!(result instanceof RateLimiterRes)) throw result;
      this.#announce(response, result);
      if (result.consumedPoints === this.#limiter.points + 1) await this.#record(actor, request);
      throw errors.rateLimited(result.msBeforeNext / 1000);
    }
  }

  /** The header fields of draft-ietf-httpapi-ratelimit-headers. */
  #announce(response: Response, result: RateLimiterRes): void {
    response.setHeader('RateLimit-Policy', this.#policy);
    const seconds = Math.ceil(result.msBeforeNext / 1000);
    response.setHeader('RateLimit', `"default";r=${result.remainingPoints};t=${seconds}`);
  }

  async #record(actor: Actor | null, request: RequestContext): Promise<void> {
    await this.events.publishRefusal({
      type: 'rate.limited',
      actor: actor === null ? byAnonymous(request) : actor,
      userId: actor?.userId ?? null,
      reason: 'requests',
    });
  }
}

function nameOf(actor: Actor | null, request: RequestContext): string {
  if (actor === null) return `address:${blockOf(request)}`;
  return actor.type === 'key' ? `key:${actor.keyId}` : `user:${actor.userId}`;
}
