import type { Operator } from './operator.js';

/**
 * Does something as the operator, and prints `done`. The service is loaded only now, so that help and wrong arguments
 * are answered at once.
 * @throws what `act` throws; `ConfigError`.
 */
export async function asOperator(act: (operator: Operator) => Promise<void>): Promise<void> {
  const { inOperatorContext } = await import('./operator-context.js');
  await inOperatorContext(act);
  process.stdout.write('done\n');
}
