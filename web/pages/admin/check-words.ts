import type { Check } from '../../api/types.js';

/** The parts of the service, in words for people. */
const NAMES: Readonly<Record<string, string>> = {
  process: 'Process',
  database: 'Database',
  migrations: 'Tables of the database',
  storage: 'Storage of files',
  free_space: 'Free space',
  mail: 'Mail',
  audit: 'Writing the trail',
  audit_intake: 'New entries',
  audit_log: 'Log of the trail',
  audit_lag: 'Log on time',
  audit_witness: 'Witness of the log',
};

const FAULTS: Readonly<Record<Check['status'], string>> = {
  ok: 'works',
  degraded: 'works in part',
  failing: 'does not work',
};

export function nameOfCheck({ name }: Check): string {
  return NAMES[name] ?? name;
}

/** Whether it works, and what it cannot do. */
export function stateOfCheck({ status, detail }: Check): string {
  return detail === undefined ? FAULTS[status] : `${FAULTS[status]}: ${detail}`;
}

/** All checks in one sentence. */
export function summaryOf(checks: readonly Check[]): string {
  const bad = checks.filter(({ status }) => status !== 'ok');
  if (bad.length === 0) return `All ${checks.length} checks are fine.`;
  return `${bad.length} of ${checks.length} checks ${bad.length === 1 ? 'needs' : 'need'} attention.`;
}
