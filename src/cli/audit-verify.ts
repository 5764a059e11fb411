import { parseArgs } from 'node:util';
import { EXPORT_KINDS, type ExportKind, NoVerdict, type Verdict } from '../audit/verify/export-verdict.js';
import { kindFault } from '../audit/verify/kind-fault.js';
import { faultLine, NO_VERDICT, SELECTED, TAMPERED, WHOLE } from './verdict.js';
import { verifyExport } from './verify-export.js';

const USAGE = `usage: npm run audit:verify -- EXPORT.ndjson --key KEY [--since CHECKPOINT] [--expect KIND] [--witness KEY]…

  --key     the log's public key (vkey), or a file that holds it
  --since   a file with an older checkpoint of the log, which the export has to continue
  --expect  log, subject or selection: any other kind of export counts as tampered with
  --witness the public key (vkey) of an outside witness, or a file that holds it: an export that has no cosignature
            of this witness counts as tampered with; may be given several times

Exit code 0: whole, the whole log or everything of one user. 1: tampered with. 2: no verdict is possible.
3: every line is proved, but the export is a selection; 0 with --expect selection.
`;

interface Arguments {
  readonly file: string;
  readonly key: string;
  readonly since?: string;
  readonly expect?: ExportKind;
  readonly witness: readonly string[];
}

/** Verifies an export without the service that made it. */
async function main(): Promise<number> {
  const given = readArguments();
  if (given === null) {
    process.stderr.write(USAGE);
    return NO_VERDICT;
  }
  try {
    const verdict = await verifyExport(given.file, given.key, given.since, given.witness);
    const fault = verdict.fault ?? kindFault(verdict, given.expect);
    process.stdout.write(`${fault === null ? describe(verdict) : faultLine(fault)}\n`);
    if (fault !== null) return TAMPERED;
    return verdict.kind === 'selection' && given.expect === undefined ? SELECTED : WHOLE;
  } catch (error) {
    if (!(error instanceof NoVerdict)) throw error;
    process.stderr.write(`no verdict: ${error.message}\n`);
    return NO_VERDICT;
  }
}

/** Null when the arguments are invalid. */
function readArguments(): Arguments | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        since: { type: 'string' },
        expect: { type: 'string' },
        witness: { type: 'string', multiple: true },
      },
    });
    const { key, since, expect, witness = [] } = values;
    const [file] = positionals;
    if (file === undefined || positionals.length > 1 || key === undefined || !isKind(expect)) return null;
    return { file, key, since, expect, witness };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n`);
    return null;
  }
}

function isKind(text: string | undefined): text is ExportKind | undefined {
  return text === undefined || (EXPORT_KINDS as readonly string[]).includes(text);
}

function describe({ kind, rows, checkpoint, subject, withheld, pruned, witnessed }: Verdict): string {
  const claims: Record<ExportKind, string> = {
    log: `whole: all ${checkpoint.size} entries of ${checkpoint.origin}`,
    subject: `whole: all ${rows + pruned} entries of user ${subject}, each in the log of ${checkpoint.size} entries`,
    selection: `in the log: ${rows} selected of ${checkpoint.size} entries; what was left out is not judged`,
  };
  const notes = [`${withheld} withheld`, ...(pruned > 0 ? [`the first ${pruned} pruned`] : [])];
  const seen = witnessed.map(
    ({ name, size, seconds }) =>
      `\nwitnessed: the first ${size} of ${checkpoint.size} entries, by ${name} at ${new Date(seconds * 1000).toISOString()}`,
  );
  return `${claims[kind]} (${notes.join(', ')})${seen.join('')}`;
}

process.exitCode = await main();
