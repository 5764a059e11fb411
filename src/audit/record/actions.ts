import type { EventMap } from '../../events/domain-event.js';
import { ACCESS_RECORDS } from './access-records.js';
import { AUDIT_RECORDS } from './audit-records.js';
import { FILE_RECORDS } from './file-records.js';
import { KEY_RECORDS } from './key-records.js';
import type { Codes, RecordTable } from './record-table.js';
import { SESSION_RECORDS } from './session-records.js';
import { SYSTEM_RECORDS } from './system-records.js';
import { USER_RECORDS } from './user-records.js';

/** What every event leaves in the trail. */
export const RECORDS = {
  ...USER_RECORDS,
  ...SESSION_RECORDS,
  ...KEY_RECORDS,
  ...ACCESS_RECORDS,
  ...FILE_RECORDS,
  ...AUDIT_RECORDS,
  ...SYSTEM_RECORDS,
} as const satisfies RecordTable<EventMap>;

/** Every action that can be in the trail. */
export type Action = (typeof RECORDS)[keyof typeof RECORDS]['action'];

/** The codes of every action. */
export const ACTIONS = Object.fromEntries(
  Object.values(RECORDS).map(({ action, codes }) => [action, codes]),
) as Readonly<Record<Action, Codes>>;
