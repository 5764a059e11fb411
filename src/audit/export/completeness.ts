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
import { Cosignatures } from '../cosignatures/cosignatures.js';
import type { Checkpoint, SignedCheckpoint } from '../merkle/checkpoint.js';
import { EMPTY_ROOT, joinSubtrees } from '../merkle/hashing.js';
import type { SubjectExtent } from '../merkle/subject-note.js';
import { consistencySubtrees, perfectSubtrees } from '../merkle/tree-geometry.js';

/** The entries that retention has removed from the front of the log, as an export states it. */
export interface SignedFront {
  readonly size: number;
  /** The roots of the perfect subtrees of the removed entries, largest first. */
  readonly hashes: readonly Buffer[];
  readonly note: string;
}

/** The number of entries of a subject, as an export states it. */
export interface SignedExtent extends SubjectExtent {
  readonly note: string;
}

/** A checkpoint with what outside witnesses have cosigned of its log. */
export interface CosignedCheckpoint {
  /** With the cosignatures of this very checkpoint. */
  readonly note: string;
  /** Older checkpoints with theirs, and the proof that the checkpoint continues them. */
  readonly older: readonly { readonly note: string; readonly proof: readonly Buffer[] }[];
}

/**
 * Signs the statements of an export about its own completeness. They are bound to the tree of its checkpoint.
 */
@Injectable()
export class Completeness {
  constructor(
    @InjectRepository(AuditLogEntry) private readonly log: Repository<AuditLogEntry>,
    @InjectRepository(AuditSubject) private readonly subjects: Repository<AuditSubject>,
    private readonly signer: LogSigner,
    private readonly cosignatures: Cosignatures,
  ) {}

  /** The checkpoint with the cosignatures that this process knows. */
  async cosigned(checkpoint: SignedCheckpoint, reader: TreeReader): Promise<CosignedCheckpoint> {
    const older: { note: string; proof: Buffer[] }[] = [];
    for (const { note, size } of this.cosignatures.olderThan(checkpoint))
      older.push({ note, proof: await reader.hashes(consistencySubtrees(size, checkpoint.size)) });
    return { note: this.cosignatures.noteOf(checkpoint), older };
  }

  /**
   * States that the first `size` entries were removed.
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

  /** States the entries of a subject in the tree of the checkpoint. */
  async extentOf(subject: string, checkpoint: Checkpoint): Promise<SignedExtent> {
    // The chain is read first. It may count an entry beyond the checkpoint; the next query then finds that
    // entry.
    const chain = await this.subjects.findOneBy({ subject });
    const beyond = await this.#firstOf(subject, { begin: checkpoint.size });
    const first = await this.#firstOf(subject, { begin: 0, end: checkpoint.size });
    const entries = beyond?.subject_seq ?? chain?.entries ?? 0;
    const newest = beyond === null ? (chain?.lastLeaf ?? EMPTY_ROOT) : previousLeaf(beyond);
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

/** The hash of the subject's previous entry. */
function previousLeaf({ subject_prev: named }: AuditEntry): Buffer {
  return named === null ? EMPTY_ROOT : Buffer.from(named, 'base64');
}
