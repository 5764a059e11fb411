import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThanOrEqual, Repository } from 'typeorm';
import { Transactions } from '../../database/transactions.js';
import { AuditCosignature } from './audit-cosignature.entity.js';

/** Two offers to the same witness are at least this far apart, over all instances. */
const TURN_MS = 60_000;

/** The rows of the outside witnesses. */
@Injectable()
export class CosignatureStore {
  constructor(
    @InjectRepository(AuditCosignature) private readonly rows: Repository<AuditCosignature>,
    private readonly transactions: Transactions,
  ) {}

  all(): Promise<AuditCosignature[]> {
    return this.rows.find();
  }

  /** True when the last offer was long enough ago. */
  isDue(row: AuditCosignature | undefined, now: number): boolean {
    return row === undefined || row.attemptedAt <= now - TURN_MS;
  }

  /** Takes the turn to offer a checkpoint. @returns false when another instance was first. */
  takeTurn(witness: string, now: number): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const unknown = { witness, attemptedAt: 0, knownSize: 0, note: null, line: null };
      await tx.createQueryBuilder().insert().into(AuditCosignature).values(unknown).orIgnore().execute();
      const due = { witness, attemptedAt: LessThanOrEqual(now - TURN_MS) };
      const { affected } = await tx.update(AuditCosignature, due, { attemptedAt: now });
      return affected === 1;
    });
  }

  /** Only whoever has taken the turn calls this. */
  async keep(
    witness: string,
    state: Partial<Pick<AuditCosignature, 'knownSize' | 'note' | 'line'>>,
  ): Promise<void> {
    await this.transactions.run(async (tx) => {
      await tx.update(AuditCosignature, { witness }, state);
    });
  }
}
