import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../../users/users.module.js';
import { AccessTokens } from './access-tokens.js';
import { LiveSessions } from './live-sessions.js';
import { OwnSessions } from './own-sessions.js';
import { RefreshToken } from './refresh-token.entity.js';
import { RefreshTokens } from './refresh-tokens.js';
import { Session } from './session.entity.js';
import { SessionIssuer } from './session-issuer.js';
import { SessionRefresh } from './session-refresh.js';
import { SessionRows } from './session-rows.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [UsersModule, JwtModule.register({}), TypeOrmModule.forFeature([Session, RefreshToken])],
  controllers: [SessionsController],
  providers: [
    SessionRows,
    LiveSessions,
    SessionsService,
    AccessTokens,
    RefreshTokens,
    SessionIssuer,
    SessionRefresh,
    OwnSessions,
  ],
  exports: [LiveSessions, SessionsService, AccessTokens, SessionIssuer],
})
export class SessionsModule {}
