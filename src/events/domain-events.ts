import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { DomainEvent } from './domain-event.js';

/** Announces what has happened. The only way features speak to those who listen. */
@Injectable()
export class DomainEvents {
  constructor(private readonly emitter: EventEmitter2) {}

  /**
   * Resolves when every listener has done its part. Inside a transaction that is the transaction's
   * part of the audit record; outside one, the record's own commit. Rejects when a listener does:
   * the action must then be refused.
   */
  async publish(event: DomainEvent): Promise<void> {
    await this.emitter.emitAsync(event.type, event);
  }
}
