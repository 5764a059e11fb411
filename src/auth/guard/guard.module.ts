import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { KeysModule } from '../keys/keys.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignaturesModule } from '../signatures/signatures.module.js';
import { AccessGuard } from './access.guard.js';
import { CREDENTIALS } from './credentials.js';
import { JwtStrategy } from './jwt.strategy.js';
import { RequestLimiter } from './request-limiter.js';
import { RouteAccess } from './route-access.js';
import { VerifiedTokens } from './verified-tokens.js';

@Module({
  imports: [SessionsModule, KeysModule, SignaturesModule],
  providers: [
    JwtStrategy,
    VerifiedTokens,
    ...CREDENTIALS,
    RouteAccess,
    RequestLimiter,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
})
export class GuardModule {}
