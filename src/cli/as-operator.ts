import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Sequencer } from '../audit/intake/sequencer.js';
import { readEnvironment } from '../config/load-config.js';
import { loadUnlockedConfig } from '../encryption/kms/unlocked-config.js';
import { keepStoragePrivate } from '../config/private-storage.js';
import { createLogger } from '../logging/logger.js';
import { NestLogger } from '../logging/nest-logger.js';
import { CliModule } from './cli.module.js';

/**
 * Does something as the operator, on the configured database, beside running instances. When it returns, the
 * records are in the log, and `done` was printed.
 * @throws what `act` throws; `ConfigError`.
 */
export async function asOperator<T>(service: Type<T>, act: (service: T) => Promise<void>): Promise<void> {
  const config = await loadUnlockedConfig(readEnvironment());
  for (const warning of keepStoragePrivate(config.storage.path)) process.stderr.write(`${warning}\n`);
  const context = await NestFactory.createApplicationContext(CliModule.on(config), {
    logger: new NestLogger(createLogger({ level: 'warn', format: 'pino' })),
    abortOnError: false,
  });
  try {
    await act(context.get(service, { strict: false }));
    await context.get(Sequencer).run();
  } finally {
    await context.close();
  }
  process.stdout.write('done\n');
}
