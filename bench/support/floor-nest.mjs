// A Nest application with one route on the service's own fast adapter. PARTS adds parts that every request of
// the service has: `guard`, `context`, `log`.
import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Controller, Get, Module } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { pino } from 'pino';
import { FastExpressAdapter } from '../../dist/http/server/fast-express-adapter.js';

const parts = new Set((process.env.PARTS ?? '').split(','));

class MeController {
  async me() {
    return { id: '019ab1c2-7d3e-7a41-9c55-0d6f5f0c2b11', email: 'ada@example.org', roles: ['user'] };
  }
}
Controller()(MeController);
const decorate = (method, path) =>
  Get(path)(MeController.prototype, method, Object.getOwnPropertyDescriptor(MeController.prototype, method));
decorate('me', 'health');

class Guard {
  async canActivate() {
    return true;
  }
}

class AppModule {}
Module({
  controllers: [MeController],
  providers: parts.has('guard') ? [{ provide: APP_GUARD, useClass: Guard }] : [],
})(AppModule);

const app = await NestFactory.create(AppModule, new FastExpressAdapter(), {
  logger: false,
  bodyParser: false,
});
if (parts.has('context')) {
  const context = new AsyncLocalStorage();
  app.use((request, _response, next) => context.run({ request }, next));
}
if (parts.has('log')) {
  const logger = pino({}, pino.destination({ dest: '/dev/null', sync: false, minLength: 4096 }));
  app.use((request, response, next) => {
    response.once('close', () =>
      logger.info({ method: request.method, path: request.url, status: response.statusCode }),
    );
    next();
  });
}
await app.listen(Number(process.env.PORT), process.env.HOST);
