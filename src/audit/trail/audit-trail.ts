import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { UUID } from '../../common/ids.js';
import { decodeCursor, type Page, toPage } from '../../common/paging/paging.js';
import { MasterKeys } from '../../encryption/master-keys.js';
import { storedForms } from '../../encryption/stored-forms.js';
import { applyFilter } from './audit-filter.js';
import type { AuditQueryInput } from './audit-query.input.js';
import { AuditRecord } from '../record/audit-record.entity.js';
import { INTAKE_COLUMNS } from '../record/intake-row.js';
import { IntakeRows } from '../record/intake-rows.js';
import { AuditPrivate } from '../log/audit-private.entity.js';
import { PrivateRows } from '../log/private-rows.js';
import { LogSearch } from './log-search.js';
import { ReadingRights } from './reading-rights.js';
import { ofLogEntry, ofRecord, type TrailEntry } from './trail-entry.js';

/** Reads the audit trail: users read their own entries, auditors all of them. */
@Injectable()
export class AuditTrail {
  constructor(
    @InjectRepository(AuditRecord) private readonly intake: Repository<AuditRecord>,
    @InjectRepository(AuditPrivate) private readonly personal: Repository<AuditPrivate>,
    @Inject(MasterKeys) private readonly keys: MasterKeys | null,
    private readonly intakeRows: IntakeRows,
    private readonly privateRows: PrivateRows,
    private readonly search: LogSearch,
    private readonly rights: ReadingRights,
  ) {}

  /**
   * A page of entries, newest first. The reading is recorded before anything is shown.
   * @throws `forbidden`, which is recorded, when a user who is not an auditor asks for another user's
   * entries.
   */
  async list(actor: Actor, query: AuditQueryInput): Promise<Page<TrailEntry>> {
    const subject = await this.rights.subjectOf(actor, query.user_id);
    const before = query.cursor === undefined ? null : decodeCursor(query.cursor, UUID);
    // The intake is read first: a record that is moved between the two queries is seen twice, not missed.
    const recent = await this.#fromIntake(subject, before, query);
    const { entries: logged, scannedTo } = await this.#fromLog(subject, before, query);
    const placed = new Set(logged.map(({ id }) => id));
    // Entries older than the end of the search in the log are left for the next page.
    const unplaced = recent.filter(({ id }) => !placed.has(id) && (scannedTo === null || id >= scannedTo));
    const entries = [...unplaced, ...logged].sort((a, b) => (a.id < b.id ? 1 : -1));
    await this.rights.recordRead(actor, subject, query);
    return toPage(entries.slice(0, query.limit + 1), query.limit, (entry) => entry.id, scannedTo);
  }

  async #fromIntake(
    subject: string | null,
    before: string | null,
    query: AuditQueryInput,
  ): Promise<TrailEntry[]> {
    const select = this.intake
      .createQueryBuilder('r')
      .select([])
      .orderBy('r.id', 'DESC')
      .limit(query.limit + 1);
    if (subject !== null) select.andWhere('r.subject = :subject', { subject });
    if (before !== null) select.andWhere('r.id < :before', { before });
    for (const { name, member } of INTAKE_COLUMNS) select.addSelect(`r.${member}`, name);
    const forms = query.ip === undefined ? [] : storedForms(query.ip, this.keys);
    applyFilter(select, 'r', { of: 'r.ip', forms }, query);
    const rows = await select.getRawMany<Record<string, string | null>>();
    return rows.map((row) =>
      ofRecord(this.intakeRows.shown(INTAKE_COLUMNS.map(({ name }) => row[name] ?? null))),
    );
  }

  async #fromLog(
    subject: string | null,
    before: string | null,
    query: AuditQueryInput,
  ): Promise<{ entries: TrailEntry[]; scannedTo: string | null }> {
    const { rows, scannedTo } = await this.search.newest(query, { subject, before, limit: query.limit + 1 });
    const seqs = rows.map(({ seq }) => seq);
    const stored = seqs.length === 0 ? [] : await this.personal.findBy({ seq: In(seqs) });
    const bySeq = new Map(stored.map((row) => [row.seq, this.privateRows.shown(row)]));
    return { entries: rows.map((entry) => ofLogEntry(entry, bySeq.get(entry.seq))), scannedTo };
  }
}
