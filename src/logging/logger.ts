import { type DestinationStream, type Logger, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { LineBatch } from './line-batch.js';
import { loggedError } from './logged-error.js';

/**
 * One JSON object a line; readable lines on a terminal. Never logs a header, a body or a query string, nor the values that an
 * error of the database carries.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    // Milliseconds since the epoch: an ISO text costs more than the rest of the line.
    timestamp: pino.stdTimeFunctions.epochTime,
    formatters: { level: (label: string) => ({ level: label }) },
    base: { pid: process.pid },
    serializers: { err: (error: unknown) => loggedError(error) },
  };
  if (destination !== undefined) return pino(options, destination);
  if (process.stdout.isTTY)
    return pino(options, PinoPretty({ ignore: 'pid,context', translateTime: 'SYS:HH:MM:ss.l' }));
  // Asynchronous, so that a slow reader of the log does not slow the service; flushed when the process ends.
  return pino(options, new LineBatch(pino.destination({ sync: false, minLength: 1 })));
}
