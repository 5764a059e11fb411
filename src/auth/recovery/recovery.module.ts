import { Module } from '@nestjs/common';
import { MailModule } from '../../mail/mail.module.js';
import { UsersModule } from '../../users/users.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ResetLinks } from './reset-links.js';
import { PasswordResets } from './password-resets.service.js';
import { RecoveryController } from './recovery.controller.js';

@Module({
  imports: [MailModule, UsersModule, PasswordsModule, SessionsModule],
  controllers: [RecoveryController],
  providers: [ResetLinks, PasswordResets],
  exports: [ResetLinks],
})
export class RecoveryModule {}
