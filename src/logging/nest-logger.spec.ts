import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { NestLogger } from './nest-logger.js';

describe('NestLogger', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  const logger = new NestLogger(pino({ level: 'trace', base: null, timestamp: false }, destination));

  it('writes text, fields and errors at pino’s levels, with the name of the class', () => {
    logger.log('hello', 'Service');
    logger.warn({ file_id: 'f' }, 'odd', 'Service');
    logger.error(new Error('broken'), 'Service');
    logger.error('broken', 'the stack', 'Service');
    logger.debug('d', 'Service');
    logger.verbose('v', 'Service');
    logger.fatal({ err: new Error('end') }, 'over', 'Service');
    logger.log('Mapped {/x, GET} route', 'RouterExplorer');
    // Thrown as well, and said by whoever has started Nest.
    logger.error(new Error('no start'), 'ExceptionHandler');
    expect(lines).toMatchObject([
      { level: 30, context: 'Service', msg: 'hello' },
      { level: 40, context: 'Service', file_id: 'f', msg: 'odd' },
      { level: 50, err: { message: 'broken' }, msg: 'broken' },
      { level: 50, stack: 'the stack', msg: 'broken' },
      { level: 20, msg: 'd' },
      { level: 10, msg: 'v' },
      { level: 60, err: { message: 'end' }, msg: 'over' },
      { level: 20, context: 'RouterExplorer' },
      { level: 20, err: { message: 'no start' } },
    ]);
  });
});
