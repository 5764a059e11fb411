import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Response } from 'express';
import { Between, Repository } from 'typeorm';
import type { Actor } from '../../common/actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { Scan } from '../../database/bounded-scan.js';
import { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import { AuditPrivate } from '../log/audit-private.entity.js';
import { AuditState, STATE_ID } from '../log/audit-state.entity.js';
import { Backlog } from '../log/backlog.js';
import { LogProofs } from '../log/log-proofs.js';
import { LogSigner } from '../log/log-signer.js';
import type { TreeReader } from '../log/tree-reader.js';
import { LogSearch } from '../log-search.js';
import type { SignedCheckpoint } from '../merkle/checkpoint.js';
import { leafHash } from '../merkle/hashing.js';
import { inclusionSubtrees } from '../merkle/tree-geometry.js';
import { filterNames, ReadingRights } from '../reading-rights.js';
import { csvHeader, csvRows } from './csv.js';
import type { ExportFormat, ExportQueryInput } from './export-query.input.js';
import { entryLine, prunedLine, trailerLine } from './ndjson.js';

const BATCH = 500;

const MEDIA_TYPES: Record<ExportFormat, string> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
};

/** An entry of the log with the personal values that stand beside it; undefined when there are none or they are erased. */
export interface ExportedEntry {
  readonly logged: AuditLogEntry;
  readonly secret: AuditPrivate | undefined;
}

/** Writes out entries up to a checkpoint, so that they can be checked elsewhere. Memory does not grow with their number. */
@Injectable()
export class AuditExport {
  readonly #logger = new Logger(AuditExport.name);

  constructor(
    @InjectRepository(AuditLogEntry) private readonly log: Repository<AuditLogEntry>,
    @InjectRepository(AuditPrivate) private readonly secrets: Repository<AuditPrivate>,
    @InjectRepository(AuditState) private readonly states: Repository<AuditState>,
    private readonly search: LogSearch,
    private readonly backlog: Backlog,
    private readonly proofs: LogProofs,
    private readonly signer: LogSigner,
    private readonly rights: ReadingRights,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Sends one's own entries, or an auditor everybody's. The export is on record before its first byte.
   * @throws `forbidden`, `audit_unavailable`, `audit_inconsistent`.
   */
  async send(actor: Actor, query: ExportQueryInput, response: Response): Promise<void> {
    const subject = await this.rights.subjectOf(actor, query.user_id);
    await this.backlog.catchUp();
    const checkpoint = await this.proofs.latest();
    await this.events.publish({
      type: 'audit.exported',
      actor,
      userId: subject ?? actor.userId,
      everybody: subject === null,
      format: query.format,
      filters: filterNames(query),
    });
    response.setHeader('Content-Type', MEDIA_TYPES[query.format]);
    response.setHeader(
      'Content-Disposition',
      `attachment; filename="audit-${checkpoint.size}.${query.format}"`,
    );
    response.setHeader('Cache-Control', 'private, no-store');
    const text =
      query.format === 'csv'
        ? this.#csv(subject, query, checkpoint)
        : this.#ndjson(subject, query, checkpoint);
    try {
      await pipeline(Readable.from(text, { objectMode: false }), response);
    } catch (error) {
      // The headers are gone: the transfer breaks, and what arrived has no last line.
      this.#logger.warn({ err: error as Error }, 'an export broke off');
    }
  }

  async *#csv(
    subject: string | null,
    query: ExportQueryInput,
    checkpoint: SignedCheckpoint,
  ): AsyncGenerator<string> {
    yield csvHeader();
    for await (const entries of this.#batches(subject, query, checkpoint.size)) yield csvRows(entries);
  }

  async *#ndjson(
    subject: string | null,
    query: ExportQueryInput,
    checkpoint: SignedCheckpoint,
  ): AsyncGenerator<string> {
    const filtered = filterNames(query).some((name) => name !== 'user_id');
    const selection = subject !== null || filtered;
    const reader = this.proofs.reader();
    const { prunedSize } = await this.states.findOneByOrFail({ id: STATE_ID });
    if (prunedSize > 0 && !filtered) yield await prunedLine(prunedSize, reader);
    let rows = 0;
    for await (const entries of this.#batches(subject, query, checkpoint.size)) {
      const proofs = selection ? await proofsOf(entries, checkpoint.size, reader) : null;
      rows += entries.length;
      yield entries.map((entry, index) => entryLine(entry, proofs?.[index] ?? null)).join('');
    }
    const own = subject === null || filtered ? null : await this.#subjectCheckpoint(subject, checkpoint.size);
    yield trailerLine(checkpoint.note, rows, own);
  }

  async *#batches(
    subject: string | null,
    query: ExportQueryInput,
    size: number,
  ): AsyncGenerator<ExportedEntry[]> {
    for (let from: number | null = 0; from !== null;) {
      const { rows, scannedTo }: Scan<AuditLogEntry> = await this.search.inOrder(query, {
        ...{ subject, from, before: size, limit: BATCH },
      });
      const [first, last] = [rows.at(0), rows.at(-1)];
      if (first !== undefined && last !== undefined) {
        const secrets = await this.#secretsOf(rows, first.seq, last.seq);
        yield rows.map((entry) => ({ logged: entry, secret: secrets.get(entry.seq) }));
      }
      const end: number | string | null = rows.length === BATCH ? last!.seq : scannedTo;
      from = end === null ? null : Number(end) + 1;
      // SQLite answers without letting go of the process.
      await nextTurn();
    }
  }

  async #secretsOf(
    logged: readonly AuditLogEntry[],
    first: number,
    last: number,
  ): Promise<Map<number, AuditPrivate>> {
    const dense = last - first < logged.length * 2;
    const secrets = dense
      ? await this.secrets.findBy({ seq: Between(first, last) })
      : await this.secrets.find({ where: logged.map(({ seq }) => ({ seq })) });
    return new Map(secrets.map((secret) => [secret.seq, secret]));
  }

  /** The signed number of a subject's entries below `size`; null when there are none. */
  async #subjectCheckpoint(subject: string, size: number): Promise<string | null> {
    const newest = await this.log
      .createQueryBuilder('e')
      .where('e.subject = :subject AND e.seq < :size', { subject, size })
      .orderBy('e.seq', 'DESC')
      .limit(1)
      .getOne();
    if (newest === null) return null;
    const { subject_seq: subjectSeq } = JSON.parse(newest.entry) as { subject_seq: number };
    return this.signer.signSubject(subject, subjectSeq + 1, leafHash(newest.entry));
  }
}

/** The inclusion paths of entries in the tree of `size` leaves, read together. */
async function proofsOf(
  entries: readonly ExportedEntry[],
  size: number,
  reader: TreeReader,
): Promise<Buffer[][]> {
  const paths = entries.map(({ logged }) => inclusionSubtrees(logged.seq, size));
  const hashes = await reader.hashes(paths.flat());
  let at = 0;
  return paths.map((path) => hashes.slice(at, (at += path.length)));
}
