import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { Response } from 'express';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { DomainEvents } from '../../events/domain-events.js';
import { Backlog } from '../intake/backlog.js';
import { LogProofs } from '../proofs/log-proofs.js';
import type { TreeReader } from '../log/tree-reader.js';
import type { SignedCheckpoint } from '../merkle/checkpoint.js';
import { inclusionSubtrees } from '../merkle/tree-geometry.js';
import { isFiltered } from '../trail/audit-filter.js';
import { filterNames, ReadingRights } from '../trail/reading-rights.js';
import { Completeness, type SignedExtent, type SignedFront } from './completeness.js';
import { csvHeader, csvRows } from './csv.js';
import { EntriesRemoved, EntryBatches, type Part } from './entry-batches.js';
import type { ExportFormat, ExportQueryInput } from './export-query.input.js';
import type { ExportedEntry } from './exported-entry.js';
import { entryLine, prunedLine, trailerLine } from './ndjson.js';

const MEDIA_TYPES: Record<ExportFormat, string> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
};

/** An export, before its first entry. */
interface Opening {
  readonly checkpoint: SignedCheckpoint;
  readonly part: Part;
  /** What is missing of the whole log; null in what does not claim to be whole. */
  readonly front: SignedFront | null;
  /** What there is of the one user whose entries these are; null in what is not everything of one. */
  readonly extent: SignedExtent | null;
}

/** Writes out entries up to a checkpoint, so that they can be checked elsewhere. Memory does not grow with their number. */
@Injectable()
export class AuditExport {
  readonly #logger = new Logger(AuditExport.name);

  constructor(
    private readonly batches: EntryBatches,
    private readonly completeness: Completeness,
    private readonly backlog: Backlog,
    private readonly proofs: LogProofs,
    private readonly rights: ReadingRights,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Sends one's own entries, or an auditor everybody's, with all that were acknowledged before. The export is on record before its
   * first byte. When retention removes what was still to be sent, the transfer breaks.
   * @throws `forbidden`, `audit_unavailable`, `audit_inconsistent`.
   */
  async send(actor: Actor, query: ExportQueryInput, response: Response): Promise<void> {
    const subject = await this.rights.subjectOf(actor, query.user_id);
    // Signed without them, it would say that it is all.
    if (!(await this.backlog.catchUp()))
      throw errors.auditUnavailable(new Error('records wait too long for their place in the log'));
    const checkpoint = await this.proofs.latest();
    await this.events.publish({
      type: 'audit.exported',
      actor,
      userId: subject ?? actor.userId,
      everybody: subject === null,
      format: query.format,
      filters: filterNames(query),
    });
    const opening = await this.#open(subject, query, checkpoint);
    const text = query.format === 'csv' ? this.#csv(query, opening) : this.#ndjson(query, opening);
    // What fails before the first bytes is a refusal.
    const first = await beginning(text);
    response.setHeader('Content-Type', MEDIA_TYPES[query.format]);
    response.setHeader(
      'Content-Disposition',
      `attachment; filename="audit-${checkpoint.size}.${query.format}"`,
    );
    response.setHeader('Cache-Control', 'private, no-store');
    try {
      await pipeline(Readable.from(resumed(first, text), { objectMode: false }), response);
    } catch (error) {
      // The headers are gone: the transfer breaks, and what arrived has no last line.
      this.#logger.warn({ err: error as Error }, 'an export broke off');
    }
  }

  async #open(
    subject: string | null,
    query: ExportQueryInput,
    checkpoint: SignedCheckpoint,
  ): Promise<Opening> {
    const whole = query.format === 'ndjson' && !isFiltered(query);
    const extent = whole && subject !== null ? await this.completeness.extentOf(subject, checkpoint) : null;
    // After the extent: what it misses by then has been removed by retention, or by somebody else.
    const begin = await this.batches.prunedSize();
    if (begin > checkpoint.size) {
      throw errors.auditUnavailable(new Error('all that is published has been pruned'));
    }
    // Of one user's entries none may be gone, though others' are.
    const isPruned = whole && (extent === null ? begin > 0 : extent.kept > 0);
    const front = isPruned
      ? await this.proofs.guarded((reader) => this.completeness.prunedFront(begin, checkpoint, reader))
      : null;
    return { checkpoint, part: { subject, begin, end: checkpoint.size }, front, extent };
  }

  async *#csv(query: ExportQueryInput, { part }: Opening): AsyncGenerator<string> {
    yield csvHeader();
    for await (const entries of this.batches.read(query, part)) yield csvRows(entries);
  }

  async *#ndjson(
    query: ExportQueryInput,
    { checkpoint, part, front, extent }: Opening,
  ): AsyncGenerator<string> {
    const reader = this.proofs.reader();
    const selection = part.subject !== null || isFiltered(query);
    if (front !== null) yield prunedLine(front);
    let rows = 0;
    for await (const entries of this.batches.read(query, part)) {
      const proofs = selection ? await proofsOf(entries, checkpoint.size, reader) : null;
      rows += entries.length;
      yield entries.map((entry, index) => entryLine(entry, proofs?.[index] ?? null)).join('');
    }
    const expected = extent === null ? part.end - part.begin : extent.entries - extent.kept;
    if (!isFiltered(query) && rows !== expected) {
      throw new Error(`there are ${rows} entries and not ${expected}; audit:check tells more`);
    }
    yield trailerLine(checkpoint.note, rows, extent?.note);
  }
}

/** The first text. @throws `audit_unavailable` when retention was faster. */
async function beginning(text: AsyncGenerator<string>): Promise<IteratorResult<string>> {
  try {
    return await text.next();
  } catch (error) {
    throw error instanceof EntriesRemoved ? errors.auditUnavailable(error) : error;
  }
}

async function* resumed(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* rest;
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
