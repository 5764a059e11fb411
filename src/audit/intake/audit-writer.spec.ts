import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { ReadinessChecks, type RegisteredCheck } from '../../common/lifecycle/readiness-check.js';
import type { Sequencer } from './sequencer.js';
import type { RowTarget } from '../../database/deferred-rows.js';
import type { Transactions } from '../../database/transactions.js';
import type { AuditRecord } from '../record/audit-record.entity.js';
import { AuditWriter } from './audit-writer.js';

/** A database whose commits wait until they are let through. */
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
    // The writer lets the event loop turn until it brings nothing more.
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
    writer = new AuditWriter(transactions as unknown as Transactions, sequencer, registry, checks);
  });

  const record = (id: number) => ({ id: String(id), metadata: {}, personal: null }) as AuditRecord;

  it('groups what arrives in one turn of the event loop, and what arrives while a commit runs', async () => {
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

  it('gathers while each turn of the event loop brings more, but not for ever', async () => {
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

  it('refuses every publisher of a group that fails, and goes on', async () => {
    transactions.failure = new Error('disk on fire');
    const failed = writer.write(record(0));
    await transactions.letThrough();
    await expect(failed).rejects.toMatchObject({ code: 'audit_unavailable', status: 503 });
    transactions.failure = null;
    const next = writer.write(record(1));
    await transactions.letThrough();
    await expect(next).resolves.toBeUndefined();
  });

  it('refuses all who wait when there is no transaction to be had, and goes on', async () => {
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

  it('holds 1000, makes the next wait, and refuses it after 2 s; drops nothing', async () => {
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
