import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { FactorsModule } from '../factors/factors.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ConfirmationController } from './confirmation.controller.js';
import { ConfirmationGuard } from './confirmation.guard.js';
import { Confirmations } from './confirmations.js';
import { ConfirmedSessions } from './confirmed-sessions.js';

@Module({
  imports: [UsersModule, PasswordsModule, SessionsModule, FactorsModule],
  controllers: [ConfirmationController],
  providers: [ConfirmedSessions, Confirmations, ConfirmationGuard],
  exports: [ConfirmedSessions, Confirmations, ConfirmationGuard],
})
export class ConfirmationModule {}
