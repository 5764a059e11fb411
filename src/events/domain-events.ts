import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import type { DomainEvent, RefusalEvent } from './domain-event.js';
import { userOf } from './event-actor.js';

/** Publishes events. Features send information to listeners only through this class. */
@Injectable()
export class DomainEvents {
  readonly #logger = new Logger(DomainEvents.name);

  constructor(private readonly emitter: EventEmitter2) {}

  /**
   * Publishes an event outside a transaction. Resolves when every listener has finished; the audit record is
   * then committed. Rejects when a listener rejects: the action must then be refused.
   */
  async publish(event: DomainEvent): Promise<void> {
    await this.emitter.emitAsync(event.type, event);
  }

  /**
   * Publishes a refusal and never rejects. A refusal changes nothing, so the client is told of it even when its
   * record cannot be written: another error in its place would be false. The missing record is logged.
   */
  async publishRefusal(event: RefusalEvent): Promise<void> {
    try {
      await this.publish(event);
    } catch (error) {
      const { type, actor } = event;
      const requestId = actor.type === 'system' ? null : actor.request.requestId;
      this.#logger.error(
        { err: error as Error, event: type, user_id: userOf(actor), request_id: requestId },
        'ALERT: a refusal could not be recorded',
      );
    }
  }

  /**
   * Publishes an event inside a transaction. What the listeners write, such as the audit record, is part of
   * the transaction.
   */
  async publishIn(tx: EntityManager, event: DomainEvent): Promise<void> {
    await this.emitter.emitAsync(event.type, event, tx);
  }
}
