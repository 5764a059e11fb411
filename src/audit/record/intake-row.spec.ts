import { describe, expect, it } from '@jest/globals';
import type { AuditRecord } from './audit-record.entity.js';
import { INTAKE, ofIntakeRow, toIntakeRow } from './intake-row.js';

const record: AuditRecord = {
  id: 'i',
  action: 'FILE_UPLOAD',
  outcome: 'success',
  actorType: 'user',
  actorId: 'a',
  subject: 's',
  resource: 'file:f',
  requestId: 'r',
  occurredAt: 'o',
  recordedAt: 'c',
  metadata: { size: 1 },
  ip: '203.0.113.7',
  userAgent: 'u',
  personal: { filename: 'diary.txt' },
};

describe('a row of the intake', () => {
  it('has a value for each column', () => {
    expect(toIntakeRow(record)).toHaveLength(INTAKE.columns.length);
  });

  it('holds the whole record', () => {
    const bare = { ...record, actorId: null, subject: null, resource: null, requestId: null };
    const impersonal = { ...bare, metadata: {}, ip: null, userAgent: null, personal: null };
    for (const each of [record, impersonal]) expect(ofIntakeRow(toIntakeRow(each))).toEqual(each);
  });

  it.each(['metadata', 'personal'] as const)('replaces %s that would exceed 4 KiB', (name) => {
    const stored = (length: number) =>
      ofIntakeRow(toIntakeRow({ ...record, [name]: { v: 'é'.repeat(length) } }))[name];
    expect(stored(2044)).toEqual({ v: 'é'.repeat(2044) });
    expect(stored(2045)).toEqual({ omitted_bytes: 4098 });
  });
});
