import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';
import { loggedError } from './logged-error.js';

type Level = 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal';

/** Contexts of Nest's own start-up messages, which operators do not need. */
const FRAMEWORK = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Nest tells here what it throws as well. Who has started it says it once. */
const THROWN = 'ExceptionHandler';

/**
 * Nest's logger on top of pino. `logger.error({ err, file_id }, 'what happened')` becomes one JSON object.
 */
export class NestLogger implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.#write(FRAMEWORK.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write(rest.at(-1) === THROWN ? 'debug' : 'error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }

  /** Nest appends the context as the last argument: the name of the class that logs. */
  #write(level: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const texts = rest.slice(0, -1).filter((part) => typeof part === 'string');
    if (message instanceof Error)
      this.pino[level]({ context, err: message }, texts.join(' ') || loggedError(message).message);
    else if (typeof message === 'object' && message !== null)
      this.pino[level]({ context, ...message }, texts.join(' '));
    else
      this.pino[level](
        { context, ...(texts.length > 0 ? { stack: texts.join('\n') } : {}) },
        String(message),
      );
  }
}
