import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { ReadinessChecks, type RegisteredCheck } from '../../common/lifecycle/readiness-check.js';
import type { Sequencer } from './sequencer.js';
import type { RowTarget } from '../../database/deferred-rows.js';
import type { Transactions } from '../../database/transactions.js';
import type { AuditRecord } from '../record/audit-record.entity.js';
import { IntakeRows } from '../record/intake-rows.js';
import { AuditWriter } from './audit-writer.js';

/** A database whose commits wait until they are released. */
class GatedTransactions {
  readonly groups: unknown[][] = [];
  readonly #gates: (() => void)[] = [];
  failure: Error | null = null;
  locked: Error | null = null;

  async insert(
    into: RowTarget,
    gather: () => Promise<void>,
    take: () => readonly (readonly unknown[])[],
  ): Promise<void> {
    if (this.locked !== null) throw this.locked;
    await gather();
    const group = take().map((row) => row[into.columns.indexOf('id')]);
    await new Promise<void>((open) => this.#gates.push(open));
    if (this.failure !== null) throw this.failure;
    this.groups.push(group);
  }

  async letThrough(): Promise<void> {
    // The writer waits for turns of the event loop until one of them brings no records.
    await nextTurn();
    await nextTurn();
    this.#gates.shift()?.();
    await nextTurn();
  }
}

describe('AuditWriter', () => {
  let transactions: GatedTransactions;
  let registry: Registry;
  let checks: ReadinessChecks;
  let writer: AuditWriter;
  let pokes: number;
  beforeEach(() => {
    transactions = new GatedTransactions();
    registry = new Registry();
    checks = new ReadinessChecks();
    pokes = 0;
    const sequencer = { poke: () => void pokes++ } as Sequencer;
    writer = new AuditWriter(
      transactions as unknown as Transactions,
      sequencer,
      new IntakeRows(null),
      registry,
      checks,
    );
  });

  const record = (id: number) => ({ id: String(id), metadata: {}, personal: null }) as AuditRecord;

  it('groups records that arrive in one turn of the event loop, and those that arrive during a commit', async () => {
    const writes = [writer.write(record(0)), writer.write(record(1))];
    await nextTurn();
    await nextTurn();
    writes.push(writer.write(record(2)), writer.write(record(3)), writer.write(record(4)));
    await transactions.letThrough();
    await writes[0];
    expect(writer.depth).toBe(3);
    await transactions.letThrough();
    await Promise.all(writes);
    expect(transactions.groups).toEqual([
      ['0', '1'],
      ['2', '3', '4'],
    ]);
    expect(pokes).toBe(2);
  });

  it('waits while each turn of the event loop brings more records, but not for ever', async () => {
    const writes: Promise<void>[] = [];
    const arrive = (turn: number) => {
      if (turn < 19) setImmediate(arrive, turn + 1);
      writes.push(writer.write(record(turn)));
    };
    arrive(0);
    while (writes.length < 20) await nextTurn();
    await transactions.letThrough();
    const [group] = transactions.groups;
    expect(group!.length).toBeGreaterThan(2);
    expect(group!.length).toBeLessThan(8);
    await transactions.letThrough();
    await Promise.all(writes);
    expect(transactions.groups.flat()).toEqual(writes.map((_, turn) => String(turn)));
  });

  it('refuses all publishers of a failed group, and continues', async () => {
    transactions.failure = new Error('disk on fire');
    const failed = writer.write(record(0));
    await transactions.letThrough();
    await expect(failed).rejects.toMatchObject({ code: 'audit_unavailable', status: 503 });
    transactions.failure = null;
    const next = writer.write(record(1));
    await transactions.letThrough();
    await expect(next).resolves.toBeUndefined();
  });

  it('refuses all waiting publishers when no transaction can be opened, and continues', async () => {
    transactions.locked = new Error('another process writes');
    const waiting = [writer.write(record(0)), writer.write(record(1))];
    for (const write of waiting) await expect(write).rejects.toMatchObject({ code: 'audit_unavailable' });
    expect(writer.depth).toBe(0);
    transactions.locked = null;
    const next = writer.write(record(2));
    await transactions.letThrough();
    await expect(next).resolves.toBeUndefined();
    expect(transactions.groups).toEqual([['2']]);
  });

  it('holds 1000 records, makes the next publisher wait, refuses it after 2 s, and drops nothing', async () => {
    const [{ check }] = checks.entries() as [RegisteredCheck];
    const writes = Array.from({ length: 1000 }, (_, index) => writer.write(record(index)));
    expect(writer.full).toBe(true);
    expect(check).toThrow('full');
    const begun = Date.now();
    await expect(writer.write(record(1000))).rejects.toMatchObject({
      code: 'audit_unavailable',
      headers: { 'Retry-After': '2' },
    });
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1990);
    const patient = writer.write(record(1001));
    for (let i = 0; i < 5; i++) await transactions.letThrough();
    await Promise.all([...writes, patient, writer.drain()]);
    expect(check).not.toThrow();
    expect(transactions.groups.flat()).toHaveLength(1001);
    expect(await registry.metrics()).toMatch(
      /audit_records_grouped_total 1001\n[^]*audit_records_dropped_total 0/,
    );
  });
});
