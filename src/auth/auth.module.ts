import { Module } from '@nestjs/common';
import { AdminModule } from './admin/admin.module.js';
import { GuardModule } from './guard/guard.module.js';
import { KeysModule } from './keys/keys.module.js';
import { PasswordsModule } from './passwords/passwords.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SignInModule } from './sign-in/sign-in.module.js';

/** Who is calling. Its guard stands before every route of the app. */
@Module({
  imports: [GuardModule, SignInModule, SessionsModule, KeysModule, AdminModule, PasswordsModule],
  exports: [PasswordsModule, AdminModule],
})
export class AuthModule {}
