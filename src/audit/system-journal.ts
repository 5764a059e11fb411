import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, MoreThan, Repository } from 'typeorm';
import { bySystem } from '../events/domain-event.js';
import { DomainEvents } from '../events/domain-events.js';
import { AuditRecord } from './audit-record.entity.js';
import { AuditWriter } from './audit-writer.js';

/** Records when this process starts and stops, and drains the trail before it exits. */
@Injectable()
export class SystemJournal {
  readonly #instance = hostname();

  constructor(
    @InjectRepository(AuditRecord) private readonly records: Repository<AuditRecord>,
    private readonly events: DomainEvents,
    private readonly writer: AuditWriter,
  ) {}

  /**
   * Records the start, and whether the last stop on this host was clean.
   * @throws when an event does not leave exactly one record: the service must not run without its trail.
   */
  async recordStart(): Promise<void> {
    const last = await this.records.findOne({
      where: { resource: `instance:${this.#instance}`, action: In(['SYSTEM_START', 'SYSTEM_STOP']) },
      order: { id: 'DESC' },
    });
    await this.events.publish({
      type: 'system.started',
      actor: bySystem,
      instance: this.#instance,
      lastStopClean: last === null ? null : last.action === 'SYSTEM_STOP',
    });
    const written = await this.records.countBy({
      resource: `instance:${this.#instance}`,
      ...(last === null ? {} : { id: MoreThan(last.id) }),
    });
    if (written !== 1) throw new Error(`an event must leave one audit record; this start left ${written}`);
  }

  /** Commits what is still in the buffer, then records the stop. */
  async recordStop(): Promise<void> {
    await this.writer.drain();
    await this.events.publish({ type: 'system.stopped', actor: bySystem, instance: this.#instance });
  }
}
