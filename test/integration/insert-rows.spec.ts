import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/common/ids.js';
import { insertRows, upsertRows } from '../../src/database/insert-rows.js';
import { Transactions } from '../../src/database/transactions.js';
import { AuditPrivate } from '../../src/audit/log/audit-private.entity.js';
import { AuditSubject } from '../../src/audit/log/audit-subject.entity.js';
import { startApp, type TestApp } from '../support/test-app.js';

const PRIVATE = ['seq', 'occurred_at', 'ip', 'salt', 'private_values'];
const SUBJECT = ['subject', 'entries', 'last_leaf', 'erased_at'];
const LATER = '2999-01-01T00:00:00.000Z';

describe('insertRows and upsertRows', () => {
  let server: TestApp;
  let transactions: Transactions;
  beforeAll(async () => {
    server = await startApp();
    transactions = server.app.get(Transactions);
  });
  afterAll(() => server.close());

  it.each([
    ['null', null],
    ['the empty text', ''],
    ['quotes, backslashes and what looks like an escape', `'"\\ \\ud800 \\u0041 {}[]`],
    ['line ends and other control characters', '\r\n\t\u0001\u007f\u2028'],
    ['characters beyond the first plane', '𝒜 👩‍🚀'],
  ])('keep %s unchanged', async (_name, ip) => {
    const seq = 1_000_000 + (ip?.length ?? 99);
    const read = await transactions.run(async (tx) => {
      await insertRows(tx, 'audit_private', PRIVATE, [[seq, LATER, ip, 'c2FsdA==', '{}']]);
      return tx.findOneByOrFail(AuditPrivate, { seq });
    });
    expect(read.ip).toBe(ip);
  });

  it('put U+FFFD in the place of a lone surrogate', async () => {
    const seq = 2_000_000;
    const read = await transactions.run(async (tx) => {
      await insertRows(tx, 'audit_private', PRIVATE, [[seq, LATER, 'a\ud800b', 'c2FsdA==', '{}']]);
      return tx.findOneByOrFail(AuditPrivate, { seq });
    });
    expect(read.ip).toMatch(/^a\ufffd+b$/);
  });

  it('insert nothing when there are no rows', async () => {
    await transactions.run((tx) => insertRows(tx, 'audit_private', PRIVATE, []));
    await transactions.run((tx) => upsertRows(tx, 'audit_subjects', SUBJECT, 1, []));
  });

  it('replace the row with the same key', async () => {
    const [old, fresh] = [newId(), newId()];
    const read = await transactions.run(async (tx) => {
      await upsertRows(tx, 'audit_subjects', SUBJECT, 1, [[old, 1, 'b2xk', null]]);
      await upsertRows(tx, 'audit_subjects', SUBJECT, 1, [
        [old, 2, 'bmV3', LATER],
        [fresh, 7, null, null],
      ]);
      return tx.find(AuditSubject, { order: { entries: 'ASC' } });
    });
    expect(read.filter(({ subject }) => [old, fresh].includes(subject))).toEqual([
      expect.objectContaining({ subject: old, entries: 2, erasedAt: LATER }),
      expect.objectContaining({ subject: fresh, entries: 7, lastLeaf: null }),
    ]);
  });
});
