import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Between, Repository } from 'typeorm';
import type { Scan } from '../../database/bounded-scan.js';
import type { AuditFilterInput } from '../trail/audit-query.input.js';
import type { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import { AuditPrivate } from '../log/audit-private.entity.js';
import { PrivateRows } from '../log/private-rows.js';
import { AuditState, STATE_ID } from '../log/audit-state.entity.js';
import { LogSearch } from '../trail/log-search.js';
import type { ExportedEntry } from './exported-entry.js';

/**
 * How many entries are read and written before other work runs. SQLite and the making of lines block the
 * process.
 */
const BATCH = 250;

/** A part of the log, and whose entries of it are read. */
export interface Part {
  /** Null for all users. */
  readonly subject: string | null;
  readonly begin: number;
  readonly end: number;
}

/** Retention has removed entries that were still to be read. */
export class EntriesRemoved extends Error {
  constructor(seq: number) {
    super(`retention has removed entries from ${seq} on before they were read; export again`);
    this.name = 'EntriesRemoved';
  }
}

/** Reads entries in the order of the log, in batches. Memory use does not grow with their number. */
@Injectable()
export class EntryBatches {
  constructor(
    @InjectRepository(AuditPrivate) private readonly personal: Repository<AuditPrivate>,
    @InjectRepository(AuditState) private readonly states: Repository<AuditState>,
    private readonly privateRows: PrivateRows,
    private readonly search: LogSearch,
  ) {}

  /** How many entries retention has removed from the front of the log. */
  async prunedSize(): Promise<number> {
    return (await this.states.findOneByOrFail({ id: STATE_ID })).prunedSize;
  }

  /**
   * The entries of a part that match the filter, without gaps, with their personal values in plain.
   * @throws EntriesRemoved when retention removed some; Unsealable.
   */
  async *read(filter: AuditFilterInput, { subject, begin, end }: Part): AsyncGenerator<ExportedEntry[]> {
    for (let from: number | null = begin; from !== null;) {
      const { rows, scannedTo }: Scan<AuditLogEntry> = await this.search.inLogOrder(filter, {
        ...{ subject, from, before: end, limit: BATCH },
      });
      // Read after the rows: entries that were removed before could be missing from them.
      if ((await this.prunedSize()) > from) throw new EntriesRemoved(from);
      if (rows.length > 0) yield await this.#withSecrets(rows);
      const last: number | string | null = rows.length === BATCH ? rows.at(-1)!.seq : scannedTo;
      from = last === null ? null : Number(last) + 1;
      // SQLite blocks the process, so other work runs between two batches.
      await nextTurn();
    }
  }

  async #withSecrets(rows: readonly AuditLogEntry[]): Promise<ExportedEntry[]> {
    const [first, last] = [rows.at(0)!.seq, rows.at(-1)!.seq];
    const dense = last - first < rows.length * 2;
    const stored = dense
      ? await this.personal.findBy({ seq: Between(first, last) })
      : await this.personal.find({ where: rows.map(({ seq }) => ({ seq })) });
    const bySeq = new Map(stored.map((row) => [row.seq, this.privateRows.open(row)]));
    return rows.map((logged) => ({ logged, personal: bySeq.get(logged.seq) }));
  }
}
