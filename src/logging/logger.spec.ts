import { afterEach, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';

const { isTTY } = process.stdout;
afterEach(() => void (process.stdout.isTTY = isTTY));

it.each([true, false])('makes a logger of the requested level, on a terminal: %s', (terminal) => {
  process.stdout.isTTY = terminal;
  const logger = createLogger({ level: 'silent', format: 'pino' });
  expect(logger.level).toBe('silent');
  logger.fatal('not to be seen');
});
