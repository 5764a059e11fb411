/**
 * How many times more processor time `work` takes for four times the input; the best of several rounds.
 * Linear work gives about 4, quadratic work 16, exponential work more. Gives 1 when the larger input takes
 * less than `FLOOR_MS`, which is too short to compare.
 */
export function growth(work: (size: number) => void, size: number): number {
  const large = best(() => work(4 * size), FLOOR_MS);
  return large <= FLOOR_MS
    ? 1
    : large /
        Math.max(
          best(() => work(size), 0),
          0.001,
        );
}

/** Between linear (4) and quadratic (16). */
export const MAX_GROWTH = 10;

const FLOOR_MS = 20;
const ROUNDS = 5;

function best(work: () => void, enough: number): number {
  let least = Infinity;
  for (let round = 0; round < ROUNDS && least > enough; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
