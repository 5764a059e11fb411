import { NestFactory } from '@nestjs/core';
import { Sequencer } from '../audit/intake/sequencer.js';
import { readEnvironment } from '../config/load-config.js';
import { loadUnlockedConfig } from '../encryption/kms/unlocked-config.js';
import { keepStoragePrivate } from '../config/private-storage.js';
import { createLogger } from '../logging/logger.js';
import { NestLogger } from '../logging/nest-logger.js';
import { CliModule } from './cli.module.js';
import { Operator } from './operator.js';

/**
 * Lets the operator act on the configured database, beside running instances. When it returns, the records are in
 * the log.
 * @throws what `act` throws; `ConfigError`.
 */
export async function inOperatorContext(act: (operator: Operator) => Promise<void>): Promise<void> {
  const config = await loadUnlockedConfig(readEnvironment());
  for (const warning of keepStoragePrivate(config.storage.path)) process.stderr.write(`${warning}\n`);
  const context = await NestFactory.createApplicationContext(CliModule.on(config), {
    logger: new NestLogger(createLogger({ level: 'warn', format: 'pino' })),
    abortOnError: false,
  });
  try {
    await act(context.get(Operator));
    await context.get(Sequencer).run();
  } finally {
    await context.close();
  }
}
