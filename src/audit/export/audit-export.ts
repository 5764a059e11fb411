import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { Response } from 'express';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { Unsealable } from '../../encryption/unsealable.js';
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

/** The parts of an export that are decided before its first entry. */
interface Opening {
  readonly checkpoint: SignedCheckpoint;
  readonly part: Part;
  /**
   * The entries that are missing from the whole log. Null when the export does not claim to be the whole log.
   */
  readonly front: SignedFront | null;
  /**
   * The number of entries of the user. Null when the export does not claim to have all entries of one user.
   */
  readonly extent: SignedExtent | null;
}

/**
 * Writes entries up to a checkpoint, so that they can be verified elsewhere. Memory use does not grow with
 * the number of entries.
 */
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
   * Sends the actor's own entries. Auditors can also get all entries or those of another user. Every entry
   * acknowledged before the request is included. The export is recorded before its first byte. The transfer
   * breaks off when retention removes entries that were still to be sent.
   * @throws `forbidden`, `audit_unavailable`, `audit_inconsistent`.
   */
  async send(actor: Actor, query: ExportQueryInput, response: Response): Promise<void> {
    const subject = await this.rights.subjectOf(actor, query.user_id);
    // The export claims to be complete, so these records must be in it.
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
    // A failure before the first bytes is still answered as a refusal.
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
      // The headers are sent, so the transfer breaks off. The client sees that the last line is missing.
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
    // Read after the extent, so that entries which the extent does not count are below this size, unless
    // something other than retention removed them.
    const begin = await this.batches.prunedSize();
    if (begin > checkpoint.size) {
      throw errors.auditUnavailable(new Error('all published entries were pruned'));
    }
    // When the export is of one user, only that user's own entries count as missing.
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
      throw new Error(`found ${rows} entries instead of ${expected}; run audit:check`);
    }
    const cosigned = await this.completeness.cosigned(checkpoint, reader);
    yield trailerLine(cosigned, rows, extent?.note);
  }
}

/**
 * The first text.
 * @throws `audit_unavailable` when retention has removed the first entries; `audit_inconsistent` when the personal
 * values of one of them cannot be opened.
 */
async function beginning(text: AsyncGenerator<string>): Promise<IteratorResult<string>> {
  try {
    return await text.next();
  } catch (error) {
    if (error instanceof EntriesRemoved) throw errors.auditUnavailable(error);
    throw error instanceof Unsealable ? errors.auditInconsistent(error) : error;
  }
}

async function* resumed(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* rest;
}

/** The inclusion proofs of entries in the tree of `size` leaves, read together. */
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
