import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { AuthController } from './account.controller.js';
import { AccountService } from './account.service.js';
import { SignInService } from './sign-in.service.js';

@Module({
  imports: [UsersModule, PasswordsModule, SessionsModule],
  controllers: [AuthController],
  providers: [SignInService, AccountService],
})
export class SignInModule {}
