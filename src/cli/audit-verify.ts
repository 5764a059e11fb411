import { parseArgs } from 'node:util';
import { NoVerdict, type Verdict } from '../audit/verify/export-verifier.js';
import { faultLine, NO_VERDICT, TAMPERED, WHOLE } from './verdict.js';
import { verifyExport } from './verify-export.js';

const USAGE = `usage: npm run audit:verify -- EXPORT.ndjson --key KEY [--since CHECKPOINT]

  --key    the log's public key (vkey), or a file that holds it
  --since  a file with an older checkpoint, which the export has to continue

Exit code 0: whole. 1: tampered with. 2: no verdict is possible.
`;

/** Checks an export without the service that made it. */
async function main(): Promise<number> {
  const { file, key, since } = readArguments();
  if (file === undefined || key === undefined) {
    process.stderr.write(USAGE);
    return NO_VERDICT;
  }
  try {
    const verdict = await verifyExport(file, key, since);
    process.stdout.write(`${describe(verdict)}\n`);
    return verdict.fault === null ? WHOLE : TAMPERED;
  } catch (error) {
    if (!(error instanceof NoVerdict)) throw error;
    process.stderr.write(`no verdict: ${error.message}\n`);
    return NO_VERDICT;
  }
}

function readArguments(): { file?: string; key?: string; since?: string } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { key: { type: 'string' }, since: { type: 'string' } },
    });
    return { ...values, file: positionals.length === 1 ? positionals[0] : undefined };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n`);
    return {};
  }
}

function describe({ fault, kind, rows, checkpoint, withheld, pruned }: Verdict): string {
  if (fault !== null) return faultLine(fault);
  const claims = {
    log: `whole: all ${checkpoint.size} entries of ${checkpoint.origin}`,
    subject: `whole: all ${rows} entries of one user, each in the log of ${checkpoint.size} entries`,
    selection: `in the log: ${rows} selected of ${checkpoint.size} entries; what was left out is not judged`,
  };
  const notes = [`${withheld} withheld`, ...(pruned > 0 ? [`the first ${pruned} pruned`] : [])];
  return `${claims[kind]} (${notes.join(', ')})`;
}

process.exitCode = await main();
