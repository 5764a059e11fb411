import type { INestApplication } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { serveDocument } from './app.document.js';
import { AppModule } from './app.module.js';
import { SystemJournal } from './audit/intake/system-journal.js';
import { Lifecycle } from './common/lifecycle/lifecycle.js';
import { NestLogger } from './logging/nest-logger.js';
import { Courier } from './mail/courier.js';
import type { AppConfig } from './config/app-config.js';
import { translateDatabaseError } from './database/driver-errors.js';
import { MultipartUploads } from './files/uploads/multipart/multipart-uploads.js';
import { tusHeaders } from './files/uploads/resumable/tus-headers.js';
import { UploadRequests } from './files/uploads/resumable/upload-requests.js';
import { accessLog } from './http/request/access-log.js';
import { answerDeadline } from './http/answer/answer-deadline.js';
import { crossOrigin } from './http/answer/cross-origin.js';
import { drainServer, watchConnections } from './http/server/drain-server.js';
import { FastExpressAdapter } from './http/server/fast-express-adapter.js';
import { holdRequests } from './http/server/hold-requests.js';
import { compose } from './http/compose.js';
import { exactDeletion } from './http/request/exact-deletion.js';
import { FormBodyGuard } from './http/request/form-body.guard.js';
import { InputValidation } from './http/request/input-validation.js';
import { JsonBodyGuard } from './http/request/json-body.guard.js';
import { lingeringClose } from './http/server/lingering-close.js';
import { answerLiveness } from './http/server/liveness.js';
import { ProblemFilter } from './http/answer/problem.filter.js';
import { requestHead } from './http/request/request-head.js';
import { requestIdentity } from './http/request/request-identity.js';
import { securityHeaders } from './http/answer/security-headers.js';
import { limitServer } from './http/server/server-limits.js';
import { runPhases } from './http/server/shutdown.js';

/**
 * Builds the app in the same way for every instance and for tests. The port is bound before anything is swept
 * or recorded: if it is taken, the start fails without touching the data of the running instance. Requests
 * wait until the app is complete.
 */
export async function createApp(config: AppConfig, logger: Logger): Promise<INestApplication<Server>> {
  const origins = crossOrigin(config.http.corsOrigins);
  const adapter = new FastExpressAdapter(answerLiveness(origins));
  const server = adapter.getHttpServer() as Server;
  limitServer(server);
  watchConnections(server);
  const serve = holdRequests(server);
  await once(server.listen(config.http.port, config.http.host), 'listening');
  try {
    const app = await buildApp(config, logger, adapter, origins);
    serve();
    return app;
  } catch (error) {
    server.close().closeAllConnections();
    throw error;
  }
}

async function buildApp(
  config: AppConfig,
  logger: Logger,
  adapter: FastExpressAdapter,
  origins: RequestHandler,
): Promise<INestApplication<Server>> {
  const app = await NestFactory.create<INestApplication<Server>>(AppModule.on(config), adapter, {
    bodyParser: false,
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  const lifecycle = app.get(Lifecycle);
  adapter.closeConnectionsWhen(() => lifecycle.stopping);
  app.use(
    compose(
      requestIdentity(config.http.trustedProxyHops),
      accessLog(logger, app.get(Registry)),
      lingeringClose,
      securityHeaders,
      requestHead,
      tusHeaders(config.files.maxResumableUploadBytes),
      origins,
      exactDeletion,
      answerDeadline(app.getHttpServer()),
    ),
  );
  // After the guards of the modules: a body is read only when the caller may use the route.
  const reflector = app.get(Reflector);
  app.useGlobalGuards(new JsonBodyGuard(reflector), new FormBodyGuard(reflector));
  app.useGlobalPipes(new InputValidation());
  app.useGlobalFilters(new ProblemFilter([translateDatabaseError]));
  serveDocument(app);
  await app.init();
  await app.get(SystemJournal).recordStart();
  app.get(Courier).start();
  return app;
}

/**
 * Stops the app in named phases within the configured grace. First `/ready` fails for a while, so that load
 * balancers send no new requests. Then new connections are refused and running requests finish or are cut.
 * Then the audit trail is written out and closed, and last the database.
 * @returns true when every phase ended in time and without an error.
 */
export async function stopApp(app: INestApplication<Server>, config: AppConfig): Promise<boolean> {
  const deadline = Date.now() + config.http.shutdownGraceMs;
  return runPhases(
    [
      { name: 'announce', run: () => announceStop(app, config) },
      { name: 'drain requests', run: () => drainServer(app.getHttpServer(), deadline) },
      { name: 'settle uploads', run: () => settleUploads(app) },
      { name: 'settle mails', run: () => app.get(Courier).stop() },
      { name: 'drain audit', run: () => app.get(SystemJournal).recordStop() },
      { name: 'close', run: () => app.close() },
    ],
    deadline + 1000,
  );
}

async function settleUploads(app: INestApplication<Server>): Promise<void> {
  await Promise.all([app.get(MultipartUploads).settled(), app.get(UploadRequests).settled()]);
}

async function announceStop(app: INestApplication<Server>, config: AppConfig): Promise<void> {
  app.get(Lifecycle).beginStop();
  await delay(config.http.stopAnnouncementMs);
}
