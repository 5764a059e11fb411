import { stringify } from 'csv-stringify/sync';
import { ACTIONS } from '../record/actions.js';
import { partsOf } from '../record/resource.js';
import { ofLogEntry } from '../trail/trail-entry.js';
import type { ExportedEntry } from './exported-entry.js';

const COLUMNS = [
  'seq',
  'id',
  'timestamp',
  'action',
  'outcome',
  'severity',
  'user_id',
  'actor_type',
  'actor_id',
  'resource',
  'resource_type',
  'ip',
  'user_agent',
  'request_id',
  'metadata',
  'ocsf_class_uid',
  'ocsf_activity_id',
  'ecs_category',
  'ecs_type',
];

// RFC 4180. A quote is put before a text that a spreadsheet would take for a formula.
const OPTIONS = { record_delimiter: 'windows', escape_formulas: true } as const;

export function csvHeader(): string {
  return stringify([COLUMNS], OPTIONS);
}

/**
 * Entries as CSV, for people and their tools, with the codes of OCSF and ECS. Only NDJSON can be verified.
 */
export function csvRows(entries: readonly ExportedEntry[]): string {
  return stringify(entries.map(toRow), OPTIONS);
}

function toRow({ logged, personal }: ExportedEntry): unknown[] {
  const entry = ofLogEntry(logged, personal);
  const { severity, ocsf, ecs } = ACTIONS[entry.action];
  const { resource, resourceType } = partsOf(entry.resource);
  return [
    entry.seq,
    entry.id,
    entry.occurredAt,
    entry.action,
    entry.outcome,
    severity,
    entry.subject,
    entry.actor.type,
    entry.actor.id,
    resource,
    resourceType,
    entry.ip,
    entry.userAgent,
    entry.requestId,
    JSON.stringify({ ...entry.metadata, ...entry.personal }),
    ocsf.class,
    ocsf.activity,
    ecs.category,
    ecs.type,
  ];
}
