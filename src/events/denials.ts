import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/access/actor.js';
import type { ApiError } from '../common/refusals/refusal.js';
import { DomainEvents } from './domain-events.js';

/** Refuses access, and records the refusal. */
@Injectable()
export class Denials {
  constructor(private readonly events: DomainEvents) {}

  /**
   * Records the denial, then throws `error`. Use it in the same way for another user's id and for an id that
   * does not exist, so that the audit trail does not reveal which ids exist.
   * @param resource the requested resource as `TYPE:ID`.
   * @throws `error`, always.
   */
  async refuse(actor: Actor, resource: string, error: ApiError, reason: string = error.code): Promise<never> {
    await this.events.publishRefusal({
      type: 'access.denied',
      actor,
      userId: actor.userId,
      resource,
      reason,
    });
    throw error;
  }
}
