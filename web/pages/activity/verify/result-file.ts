import type { Outcome } from './outcome.js';

/** The result of a check as a file: for who has to look into it, and to compare a later export with (`--since`). */
export function resultFile({ report, scope, key, before, bytes, at, fetched, checked }: Outcome): Blob {
  const { verdict, fault, entry, why, older, checkpoint } = report;
  const result = {
    checked: at,
    service: location.origin,
    trail: scope.subject === null ? 'everybody' : scope.subject,
    verdict,
    fault,
    entry,
    why,
    entries: report.entries,
    withheld: report.withheld,
    pruned: report.pruned,
    log_size: report.logSize,
    checkpoint,
    vkey: key.vkey,
    before: before === null ? null : { ...before, verdict: older },
    bytes,
    milliseconds: { fetched: Math.round(fetched), checked: Math.round(checked) },
  };
  return new Blob([`${JSON.stringify(result, null, 2)}\n`], { type: 'application/json' });
}
