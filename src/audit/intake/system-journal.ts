import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, MoreThanOrEqual, Repository } from 'typeorm';
import { AppConfig } from '../../config/app-config.js';
import { bySystem } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { Action } from '../record/actions.js';
import { AuditRecord } from '../record/audit-record.entity.js';
import { AuditWriter } from './audit-writer.js';
import { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import { AuditState, STATE_ID } from '../log/audit-state.entity.js';
import { Sequencer } from './sequencer.js';

/** A point in the audit trail. It uses places, because ids sort by a clock that may have been set back. */
interface Moment {
  /** Records of this instance without a place in the log. */
  readonly waiting: ReadonlySet<string>;
  /** Entries of the log. */
  readonly size: number;
}

/** Records the start and stop of this process, and writes out the audit trail before it exits. */
@Injectable()
export class SystemJournal {
  readonly #instance: string;

  constructor(
    @InjectRepository(AuditRecord) private readonly intake: Repository<AuditRecord>,
    @InjectRepository(AuditLogEntry) private readonly log: Repository<AuditLogEntry>,
    @InjectRepository(AuditState) private readonly states: Repository<AuditState>,
    private readonly events: DomainEvents,
    private readonly writer: AuditWriter,
    private readonly sequencer: Sequencer,
    config: AppConfig,
  ) {
    this.#instance = config.instance;
  }

  /**
   * Records the start, and whether the last stop of this instance was clean. The log has a checkpoint
   * afterwards.
   * @throws when an event does not leave exactly one record: the service must not run without its audit
   * trail.
   */
  async recordStart(): Promise<void> {
    const last = await this.#lastAction();
    const before = await this.#moment();
    await this.events.publish({
      type: 'system.started',
      actor: bySystem,
      instance: this.#instance,
      lastStopClean: last === null ? null : last === 'SYSTEM_STOP',
    });
    const written = await this.#countSince(before);
    if (written !== 1) throw new Error(`an event must leave one audit record; this start left ${written}`);
    await this.sequencer.run();
  }

  /** Commits the records in the buffer, records the stop, and gives all records their place in the log. */
  async recordStop(): Promise<void> {
    await this.writer.drain();
    await this.events.publish({ type: 'system.stopped', actor: bySystem, instance: this.#instance });
    await this.sequencer.run();
  }

  /** The last action of this instance. Null when it is new. */
  async #lastAction(): Promise<Action | null> {
    const where = { resource: this.#resource, action: In(['SYSTEM_START', 'SYSTEM_STOP']) };
    const newest = this.intake.createQueryBuilder('r').where(where).orderBy('r.position', 'DESC').limit(1);
    const last = (await newest.getOne()) ?? (await this.log.findOne({ where, order: { seq: 'DESC' } }));
    return last?.action ?? null;
  }

  async #moment(): Promise<Moment> {
    const waiting = await this.intake.findBy({ resource: this.#resource });
    // Read after the intake: a record that is moved in between then has its place below this size.
    const { size } = await this.states.findOneByOrFail({ id: STATE_ID });
    return { waiting: new Set(waiting.map(({ id }) => id)), size };
  }

  async #countSince({ waiting, size }: Moment): Promise<number> {
    const resource = this.#resource;
    // The intake is read first: a record that is moved in between is found twice, not missed.
    const unplaced = await this.intake.findBy({ resource });
    const placed = await this.log.findBy({ resource, seq: MoreThanOrEqual(size) });
    const ids = new Set([...unplaced, ...placed].map(({ id }) => id));
    return [...ids].filter((id) => !waiting.has(id)).length;
  }

  get #resource(): string {
    return `instance:${this.#instance}`;
  }
}
