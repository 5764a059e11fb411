// What sealing costs the audit trail: processor time for the rows of a record, on its way into the intake, out of it, and
// into the log, with ENCRYPTION_KEY and without it, in turns. The database is not measured.
import 'reflect-metadata';
import { createSecretKey, randomBytes } from 'node:crypto';
import { PrivateRows } from '../dist/audit/log/private-rows.js';
import { IntakeRows } from '../dist/audit/record/intake-rows.js';
import { MasterKeys } from '../dist/encryption/master-keys.js';
import { median } from './support/wrk.mjs';

const ROUNDS = 15;
const RECORDS = 20_000;
const ADDRESSES = 500;

const record = (id) => ({
  id: `01900000-0000-7000-8000-${String(id).padStart(12, '0')}`,
  action: 'FILE_UPLOAD',
  outcome: 'success',
  actorType: 'user',
  actorId: '01900000-0000-7000-8000-aaaaaaaaaaaa',
  subject: '01900000-0000-7000-8000-aaaaaaaaaaaa',
  resource: 'file:01900000-0000-7000-8000-bbbbbbbbbbbb',
  requestId: '01900000-0000-7000-8000-cccccccccccc',
  occurredAt: '2026-01-01T00:00:00.000Z',
  recordedAt: '2026-01-01T00:00:00.000Z',
  metadata: { size: 64_000 },
  ip: `198.51.${id % 2}.${id % (ADDRESSES / 2)}`,
  userAgent:
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
  personal: { filename: 'diary.txt' },
});
const salt = randomBytes(16);

/** Microseconds of the processor for one record. */
function measure(intake, personal) {
  const begun = process.cpuUsage();
  for (let id = 0; id < RECORDS; id++) {
    const { ip, occurredAt, userAgent } = intake.ofRow(intake.toRow(record(id)));
    const values = `{"filename":"diary.txt","ip":"${ip}","user_agent":"${userAgent}"}`;
    personal.seal({ seq: id, occurredAt, ip, salt, values });
  }
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / RECORDS;
}

const keys = MasterKeys.of([createSecretKey(randomBytes(32))]);
const sides = { without: null, with: keys };
const times = { without: [], with: [] };
for (let round = 0; round < ROUNDS; round++)
  for (const [side, key] of Object.entries(sides))
    times[side].push(measure(new IntakeRows(key), new PrivateRows(key)));
const of = (side) => median(times[side]).toFixed(1);
console.log(`a record without a key ${of('without')} µs, with a key ${of('with')} µs`);
