import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { AuditEntry } from '../log/audit-entry.js';
import { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import { AuditSubject } from '../log/audit-subject.entity.js';
import { requireContinuation } from '../witness/continuation.js';
import { LogInconsistent } from '../witness/log-inconsistent.js';
import { LogSigner } from '../log/log-signer.js';
import type { TreeReader } from '../log/tree-reader.js';
import type { Checkpoint } from '../merkle/checkpoint.js';
import { EMPTY_ROOT, joinSubtrees } from '../merkle/hashing.js';
import type { SubjectExtent } from '../merkle/subject-note.js';
import { perfectSubtrees } from '../merkle/tree-geometry.js';

/** What retention has removed from the front of the log, as an export tells it. */
export interface SignedFront {
  readonly size: number;
  /** The roots of the perfect subtrees that it makes up, largest first. */
  readonly hashes: readonly Buffer[];
  readonly note: string;
}

/** How many entries of a subject there are, as an export tells it. */
export interface SignedExtent extends SubjectExtent {
  readonly note: string;
}

/** Signs what an export says of its own completeness, bound to the tree of its checkpoint. */
@Injectable()
export class Completeness {
  constructor(
    @InjectRepository(AuditLogEntry) private readonly log: Repository<AuditLogEntry>,
    @InjectRepository(AuditSubject) private readonly subjects: Repository<AuditSubject>,
    private readonly signer: LogSigner,
  ) {}

  /**
   * The first `size` entries, which are gone.
   * @throws LogInconsistent when the tree of the checkpoint does not begin with them.
   */
  async prunedFront(size: number, checkpoint: Checkpoint, reader: TreeReader): Promise<SignedFront> {
    if (size === 0) throw new LogInconsistent('entries are missing that retention has not removed');
    const hashes = await reader.hashes(perfectSubtrees({ begin: 0, end: size }));
    const root = joinSubtrees(hashes);
    const front = { origin: checkpoint.origin, size, root };
    await requireContinuation(front, checkpoint.size, checkpoint.root, reader);
    return { size, hashes, note: this.signer.signPruned(size, root, checkpoint) };
  }

  /** The entries of a subject in the tree of the checkpoint. */
  async extentOf(subject: string, checkpoint: Checkpoint): Promise<SignedExtent> {
    // First how far the chain has come: an entry beyond the checkpoint that is counted in it is then found below.
    const chain = await this.subjects.findOneBy({ subject });
    const beyond = await this.#firstOf(subject, { begin: checkpoint.size });
    const first = await this.#firstOf(subject, { begin: 0, end: checkpoint.size });
    const entries = beyond?.subject_seq ?? chain?.entries ?? 0;
    const newest = beyond === null ? (chain?.lastLeaf ?? EMPTY_ROOT) : leafNamed(beyond);
    const extent = { subject, entries, newest, kept: first?.subject_seq ?? entries };
    return { ...extent, note: this.signer.signSubject(extent, checkpoint) };
  }

  async #firstOf(
    subject: string,
    { begin, end = Number.MAX_SAFE_INTEGER }: { begin: number; end?: number },
  ): Promise<AuditEntry | null> {
    const first = await this.log
      .createQueryBuilder('e')
      .where('e.subject = :subject AND e.seq >= :begin AND e.seq < :end', { subject, begin, end })
      .orderBy('e.seq')
      .limit(1)
      .getOne();
    return first === null ? null : (JSON.parse(first.entry) as AuditEntry);
  }
}

/** The hash of the same subject's entry before. */
function leafNamed({ subject_prev: named }: AuditEntry): Buffer {
  return named === null ? EMPTY_ROOT : Buffer.from(named, 'base64');
}
