import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/access/actor.js';
import type { ApiError } from '../common/refusals/errors.js';
import { DomainEvents } from './domain-events.js';

/** Refuses what somebody may not do or see, and has it recorded. */
@Injectable()
export class Denials {
  constructor(private readonly events: DomainEvents) {}

  /**
   * Refuses with `error` once the denial is on record. For the id of something that is somebody else's as for one that does not exist: the
   * trail, too, must not tell them apart.
   * @param resource what was asked for, as `TYPE:ID`.
   * @throws `error`, always.
   */
  async refuse(actor: Actor, resource: string, error: ApiError, reason: string = error.code): Promise<never> {
    await this.events.publish({ type: 'access.denied', actor, userId: actor.userId, resource, reason });
    throw error;
  }
}
