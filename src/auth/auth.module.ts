import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../users/users.module.js';
import { AccountService } from './sign-in/account.service.js';
import { AdminController } from './admin/admin.controller.js';
import { UserAdmin } from './admin/user-admin.js';
import { AuthController } from './sign-in/account.controller.js';
import { AccessGuard } from './guard/access.guard.js';
import { CREDENTIALS } from './guard/credentials.js';
import { ApiKey } from './keys/api-key.entity.js';
import { ApiKeysService } from './keys/api-keys.service.js';
import { KeysController } from './keys/keys.controller.js';
import { RequestLimiter } from './guard/request-limiter.js';
import { SignInAttempt } from './passwords/sign-in-attempt.entity.js';
import { SignInAttempts } from './passwords/sign-in-attempts.js';
import { HashBudget } from './passwords/hash-budget.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { Passwords } from './passwords/passwords.js';
import { RouteAccess } from './guard/route-access.js';
import { OwnSessions } from './sessions/own-sessions.js';
import { RefreshToken } from './sessions/refresh-token.entity.js';
import { LiveSessions } from './sessions/live-sessions.js';
import { RefreshTokens } from './sessions/refresh-tokens.js';
import { SessionIssuer } from './sessions/session-issuer.js';
import { SessionRefresh } from './sessions/session-refresh.js';
import { Session } from './sessions/session.entity.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { AccessTokens } from './sessions/access-tokens.js';
import { JwtStrategy } from './guard/jwt.strategy.js';
import { VerifiedTokens } from './guard/verified-tokens.js';

@Module({
  imports: [
    UsersModule,
    PassportModule,
    JwtModule.register({}),
    TypeOrmModule.forFeature([Session, RefreshToken, ApiKey, SignInAttempt]),
  ],
  controllers: [AuthController, SessionsController, KeysController, AdminController],
  providers: [
    SignInService,
    AccountService,
    UserAdmin,
    PasswordHasher,
    HashBudget,
    Passwords,
    SessionsService,
    OwnSessions,
    LiveSessions,
    RefreshTokens,
    SessionIssuer,
    SessionRefresh,
    ApiKeysService,
    SignInAttempts,
    RequestLimiter,
    AccessTokens,
    VerifiedTokens,
    JwtStrategy,
    RouteAccess,
    ...CREDENTIALS,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [PasswordHasher, UserAdmin],
})
export class AuthModule {}
