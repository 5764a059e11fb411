import type { EventMap } from '../../events/domain-event.js';
import { ACCESS_RECORDS } from './access-records.js';
import { AUDIT_RECORDS } from './audit-records.js';
import { ENCRYPTION_RECORDS } from './encryption-records.js';
import { FACTOR_RECORDS } from './factor-records.js';
import { FILE_RECORDS } from './file-records.js';
import { INVITATION_RECORDS } from './invitation-records.js';
import { KEY_RECORDS } from './key-records.js';
import type { Codes, RecordTable } from './record-table.js';
import { SESSION_RECORDS } from './session-records.js';
import { SHARE_RECORDS } from './share-records.js';
import { SYSTEM_RECORDS } from './system-records.js';
import { USER_RECORDS } from './user-records.js';

/** The record of every event. */
export const RECORDS = {
  ...USER_RECORDS,
  ...INVITATION_RECORDS,
  ...SESSION_RECORDS,
  ...KEY_RECORDS,
  ...FACTOR_RECORDS,
  ...ACCESS_RECORDS,
  ...FILE_RECORDS,
  ...SHARE_RECORDS,
  ...AUDIT_RECORDS,
  ...ENCRYPTION_RECORDS,
  ...SYSTEM_RECORDS,
} as const satisfies RecordTable<EventMap>;

/** All actions in the audit trail. */
export type Action = (typeof RECORDS)[keyof typeof RECORDS]['action'];

/** The codes of every action. */
export const ACTIONS = Object.fromEntries(
  Object.values(RECORDS).map(({ action, codes }) => [action, codes]),
) as Readonly<Record<Action, Codes>>;
