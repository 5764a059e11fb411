import { hostname } from 'node:os';
import { type LoggerOptions, pino } from 'pino';
import type { LogConfig } from '../config/app-config.js';
import { ecsFields } from './ecs-fields.js';
import { loggedError } from './logged-error.js';

/** The version of the schema whose names are used. */
const ECS_VERSION = '8.11.0';
const SERVICE = 'microservices-api';

/** How pino writes the lines of each format. */
export const FORMATS: Readonly<Record<LogConfig['format'], LoggerOptions>> = {
  pino: {
    // Milliseconds since the epoch, because formatting an ISO text is slow.
    timestamp: pino.stdTimeFunctions.epochTime,
    formatters: { level: (label) => ({ level: label }) },
    base: { pid: process.pid },
    serializers: { err: (error: unknown) => loggedError(error) },
  },
  ecs: {
    timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
    messageKey: 'message',
    formatters: { level: (label) => ({ 'log.level': label }), log: ecsFields },
    base: {
      'ecs.version': ECS_VERSION,
      'service.name': SERVICE,
      'host.hostname': hostname(),
      'process.pid': process.pid,
    },
  },
};
