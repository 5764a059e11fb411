import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, MoreThan, Repository } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { bySystem } from '../events/domain-event.js';
import { DomainEvents } from '../events/domain-events.js';
import { AuditRecord } from './audit-record.entity.js';
import { AuditWriter } from './audit-writer.js';
import { AuditLogEntry } from './log/audit-log-entry.entity.js';
import { Sequencer } from './log/sequencer.js';

/** Records when this process starts and stops, and drains the trail before it exits. */
@Injectable()
export class SystemJournal {
  readonly #instance: string;

  constructor(
    @InjectRepository(AuditRecord) private readonly intake: Repository<AuditRecord>,
    @InjectRepository(AuditLogEntry) private readonly log: Repository<AuditLogEntry>,
    private readonly events: DomainEvents,
    private readonly writer: AuditWriter,
    private readonly sequencer: Sequencer,
    config: AppConfig,
  ) {
    this.#instance = config.instance;
  }

  /**
   * Records the start, and whether the last stop of this instance was clean. The log then has a checkpoint.
   * @throws when an event does not leave exactly one record: the service must not run without its trail.
   */
  async recordStart(): Promise<void> {
    const last = await this.#lastOfThisInstance();
    await this.events.publish({
      type: 'system.started',
      actor: bySystem,
      instance: this.#instance,
      lastStopClean: last === null ? null : last.action === 'SYSTEM_STOP',
    });
    const written = await this.#countSince(last?.id ?? '');
    if (written !== 1) throw new Error(`an event must leave one audit record; this start left ${written}`);
    await this.sequencer.run();
  }

  /** Commits what is still in the buffer, then records the stop, and gives everything its place in the log. */
  async recordStop(): Promise<void> {
    await this.writer.drain();
    await this.events.publish({ type: 'system.stopped', actor: bySystem, instance: this.#instance });
    await this.sequencer.run();
  }

  async #lastOfThisInstance(): Promise<{ id: string; action: string } | null> {
    const query = {
      where: { resource: this.#resource, action: In(['SYSTEM_START', 'SYSTEM_STOP']) },
      order: { id: 'DESC' as const },
    };
    return (await this.intake.findOne(query)) ?? (await this.log.findOne(query));
  }

  async #countSince(id: string): Promise<number> {
    const where = { resource: this.#resource, id: MoreThan(id) };
    // The intake first: what is moved in between is then found twice, never missed.
    const waiting = await this.intake.findBy(where);
    const logged = await this.log.findBy(where);
    return new Set([...waiting, ...logged].map((record) => record.id)).size;
  }

  get #resource(): string {
    return `instance:${this.#instance}`;
  }
}
