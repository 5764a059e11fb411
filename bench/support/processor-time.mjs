import { readFile } from 'node:fs/promises';

/** Ticks a second in `/proc`, fixed on Linux. */
const TICKS = 100;

/** The processor time of a process so far, over all its threads, in microseconds. */
export async function processorTime(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses can contain spaces. utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6;
}
