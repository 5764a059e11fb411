import { type DestinationStream, type Logger, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { LogConfig } from '../config/app-config.js';
import { LineBatch } from './line-batch.js';
import { FORMATS } from './log-format.js';

/**
 * Writes one JSON object a line. In the format `pino`, a terminal gets readable lines. It never logs a header, a body, a query
 * string, or the values in a database error.
 */
export function createLogger({ level, format }: LogConfig, destination?: DestinationStream): Logger {
  const options = { level, ...FORMATS[format] };
  if (destination !== undefined) return pino(options, destination);
  if (process.stdout.isTTY && format === 'pino')
    return pino(options, PinoPretty({ ignore: 'pid,context', translateTime: 'SYS:HH:MM:ss.l' }));
  // Asynchronous, so that a slow log reader does not slow down the service. Flushed when the process ends.
  return pino(options, new LineBatch(pino.destination({ sync: false, minLength: 1 })));
}
