import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import type { DomainEvent } from './domain-event.js';

/** Announces what has happened. The only way features speak to those who listen. */
@Injectable()
export class DomainEvents {
  constructor(private readonly emitter: EventEmitter2) {}

  /**
   * Says what happened outside a transaction. Resolves when every listener has done its part, the commit of the audit
   * record included. Rejects when a listener does: the action must then be refused.
   */
  async publish(event: DomainEvent): Promise<void> {
    await this.emitter.emitAsync(event.type, event);
  }

  /** Says what happens inside a transaction: what the listeners write, the audit record first of all, is part of it. */
  async publishIn(tx: EntityManager, event: DomainEvent): Promise<void> {
    await this.emitter.emitAsync(event.type, event, tx);
  }
}
