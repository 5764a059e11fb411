import { readFile } from 'node:fs/promises';

/** Ticks a second of `/proc`, fixed on Linux. */
const TICKS = 100;

/** The processor time that a process has used so far, over all its threads, in microseconds. */
export async function processorTime(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; utime and stime are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6;
}
