import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AuditListener } from '../../src/audit/intake/audit.listener.js';
import { AuditWriter } from '../../src/audit/intake/audit-writer.js';
import { recordOfEvent } from '../../src/audit/record/record-of-event.js';
import { SystemJournal } from '../../src/audit/intake/system-journal.js';
import { earliestId } from '../../src/common/ids.js';
import { bySystem } from '../../src/events/event-actor.js';
import type { Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

const MONTHS_MS = 80 * 86_400_000;

describe('SystemJournal', () => {
  let server: TestApp;
  let journal: SystemJournal;
  let auditor: Client;
  beforeEach(async () => {
    server = await startApp();
    journal = server.app.get(SystemJournal);
    auditor = await server.userWithRole('auditor');
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await server.close();
  });

  /** What each start recorded about the stop before it, in the order of the log. */
  async function starts(): Promise<unknown[]> {
    const answer = await auditor.fetch('/api/audit/export?action=SYSTEM_START');
    const lines = (await answer.text()).trim().split('\n').slice(0, -1);
    return lines
      .map((line) => JSON.parse((JSON.parse(line) as { entry: string }).entry) as { metadata: object })
      .map(({ metadata }) => (metadata as { last_stop_clean: unknown }).last_stop_clean);
  }

  it('records whether the last stop was clean', async () => {
    await journal.recordStart();
    await journal.recordStop();
    await journal.recordStart();
    expect(await starts()).toEqual([null, false, true]);
  });

  it('records a start when the clock was ahead at the last stop', async () => {
    const stopped = { type: 'system.stopped', actor: bySystem, instance: server.config.instance } as const;
    const record = recordOfEvent(stopped, server.config.audit.emailHashKey);
    await server.app.get(AuditWriter).write({ ...record, id: earliestId(Date.now() + MONTHS_MS) });
    await journal.recordStart();
    await journal.recordStart();
    expect(await starts()).toEqual([null, true, false]);
  });

  it('refuses to start without an audit listener, or with two', async () => {
    const listener = server.app.get(AuditListener);
    const record = listener.record.bind(listener);
    const listens = jest.spyOn(listener, 'record');
    listens.mockResolvedValueOnce();
    await expect(journal.recordStart()).rejects.toThrow('this start left 0');
    listens.mockImplementationOnce(async (event) => {
      await record(event);
      await record(event);
    });
    await expect(journal.recordStart()).rejects.toThrow('this start left 2');
    await journal.recordStart();
  });
});
