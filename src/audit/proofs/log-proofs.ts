import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { parseId } from '../../common/ids.js';
import { Denials } from '../../events/denials.js';
import { AuditRecord } from '../record/audit-record.entity.js';
import type { SignedCheckpoint } from '../merkle/checkpoint.js';
import { leafHash } from '../merkle/hashing.js';
import { consistencySubtrees, inclusionSubtrees } from '../merkle/tree-geometry.js';
import { ReadingRights } from '../trail/reading-rights.js';
import { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import { Backlog } from '../intake/backlog.js';
import { LogInconsistent } from '../witness/log-inconsistent.js';
import { TreeReader } from '../log/tree-reader.js';
import { Witness } from '../witness/witness.js';

export interface InclusionProof {
  readonly seq: number;
  readonly entry: string;
  readonly leafHash: Buffer;
  /** In the order of RFC 6962's audit path. */
  readonly hashes: readonly Buffer[];
  readonly checkpoint: SignedCheckpoint;
}

export interface ConsistencyProof {
  readonly from: number;
  readonly to: number;
  readonly hashes: readonly Buffer[];
}

/** Proves statements about the log. It serves nothing that contradicts an earlier published state. */
@Injectable()
export class LogProofs {
  constructor(
    @InjectRepository(AuditLogEntry) private readonly log: Repository<AuditLogEntry>,
    @InjectRepository(AuditRecord) private readonly intake: Repository<AuditRecord>,
    private readonly witness: Witness,
    private readonly backlog: Backlog,
    private readonly rights: ReadingRights,
    private readonly denials: Denials,
  ) {}

  /** A new reader of the stored tree, for one task. */
  reader(): TreeReader {
    return new TreeReader(this.log.manager);
  }

  /**
   * Runs work that relies on the stored tree.
   * @throws `audit_inconsistent` when the work finds that the log contradicts itself.
   */
  guarded<T>(work: (reader: TreeReader) => Promise<T>): Promise<T> {
    return this.#refusing(() => this.witness.guard(() => work(this.reader())));
  }

  /**
   * The newest published checkpoint, signed.
   * @throws `audit_unavailable` before the first; `audit_inconsistent` when the log does not continue what
   * was published.
   */
  async latest(): Promise<SignedCheckpoint> {
    const checkpoint = await this.#refusing(() => this.witness.latest());
    if (checkpoint === null) throw errors.auditUnavailable(new Error('no checkpoint has been published yet'));
    return checkpoint;
  }

  /**
   * Proves that an entry is in the log. Null while no checkpoint includes the entry.
   * @throws `entry_not_found` for any id that the actor may not read. It is recorded, whether or not the id
   * exists.
   */
  async inclusion(actor: Actor, id: string): Promise<InclusionProof | null> {
    const entryId = parseId(id);
    if (entryId === null) throw errors.entryNotFound();
    const subject = await this.rights.subjectOf(actor);
    const where = { id: entryId, ...(subject === null ? {} : { subject }) };
    // The intake is read first: a record that is moved in between is then found in the log.
    const waiting = await this.intake.existsBy(where);
    if (waiting) await this.backlog.catchUp();
    const logged = await this.log.findOneBy(where);
    if (logged !== null) {
      await this.rights.recordRead(actor, subject, {});
      return this.#prove(logged);
    }
    if (waiting) return null;
    return this.denials.refuse(actor, `audit:${entryId}`, errors.entryNotFound());
  }

  /**
   * Proves that the log of `from` entries is the beginning of the log of `to` entries. @throws
   * `validation_failed` for sizes beyond the log.
   */
  async consistency(from: number, to: number): Promise<ConsistencyProof> {
    const { size } = await this.latest();
    if (to > size) throw errors.validationFailed([{ field: 'to', message: `to must be at most ${size}` }]);
    if (from > to) throw errors.validationFailed([{ field: 'from', message: 'from must be at most to' }]);
    const hashes = await this.guarded((reader) => reader.hashes(consistencySubtrees(from, to)));
    return { from, to, hashes };
  }

  async #prove({ seq, entry }: AuditLogEntry): Promise<InclusionProof | null> {
    const checkpoint = await this.latest();
    if (seq >= checkpoint.size) return null;
    return this.guarded(async (reader) => {
      const leaf = leafHash(entry);
      const subtrees = [{ begin: seq, end: seq + 1 }, ...inclusionSubtrees(seq, checkpoint.size)];
      const [stored, ...hashes] = await reader.hashes(subtrees);
      if (!leaf.equals(stored!)) throw new LogInconsistent(`entry ${seq} is not the one that was logged`);
      return { seq, entry, leafHash: leaf, hashes, checkpoint };
    });
  }

  /**
   * Turns an inconsistency of the log into a refusal for the client. The witness reports it to the operator.
   */
  async #refusing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof LogInconsistent ? errors.auditInconsistent(error) : error;
    }
  }
}
