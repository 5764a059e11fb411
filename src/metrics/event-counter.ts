import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Counter, Registry } from 'prom-client';
import { type DomainEvent, EVERY_EVENT } from '../events/domain-event.js';

/** Counts events by type. A failure of the counter never refuses an action. */
@Injectable()
export class EventCounter {
  readonly #events: Counter<'type'>;

  constructor(registry: Registry) {
    this.#events = new Counter({
      name: 'domain_events_total',
      help: 'What has happened, by type; includes actions that were then rolled back.',
      labelNames: ['type'],
      registers: [registry],
    });
  }

  @OnEvent(EVERY_EVENT)
  count(event: DomainEvent): void {
    this.#events.inc({ type: event.type });
  }
}
