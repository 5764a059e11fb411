import type { AddressInfo } from 'node:net';
import { createApp, stopApp } from './app.setup.js';
import { createLogger } from './logging/logger.js';
import type { AppConfig } from './config/app-config.js';
import { ConfigError } from './config/config-error.js';
import { readEnvironment } from './config/load-config.js';
import { loadUnlockedConfig } from './encryption/kms/unlocked-config.js';
import { keepStoragePrivate } from './config/private-storage.js';

/** Starts the service. When it cannot start, prints the reason and exits with code 1. */
async function main(): Promise<void> {
  const config = await readConfig();
  const logger = createLogger(config.log);
  for (const warning of config.warnings) logger.warn(warning);
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught');
    logger.flush(() => process.exit(1));
  });
  try {
    for (const warning of keepStoragePrivate(config.storage.path)) logger.warn(warning);
    const app = await createApp(config, logger);
    const stop = (signal: string) => {
      if (stopping) {
        logger.fatal({ signal }, 'second signal: exiting at once');
        logger.flush(() => process.exit(1));
        return;
      }
      stopping = true;
      logger.info({ signal }, 'stopping');
      void stopApp(app, config).then((clean) => logger.flush(() => process.exit(clean ? 0 : 1)));
    };
    let stopping = false;
    process.on('SIGTERM', stop).on('SIGINT', stop);
    const { port } = app.getHttpServer().address() as AddressInfo;
    logger.info(
      { port, database: config.database.kind },
      `listening on http://localhost:${port} (documentation at /docs)`,
    );
    logger.flush();
  } catch (error) {
    if (error instanceof ConfigError) refuse(error);
    logger.fatal({ err: error }, 'cannot start');
    logger.flush(() => process.exit(1));
  }
}

async function readConfig(): Promise<AppConfig> {
  try {
    return await loadUnlockedConfig(readEnvironment());
  } catch (error) {
    if (error instanceof ConfigError) refuse(error);
    throw error;
  }
}

function refuse(error: ConfigError): never {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

await main();
