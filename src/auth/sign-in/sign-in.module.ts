import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { InvitationsModule } from '../invitations/invitations.module.js';
import { ConfirmationModule } from '../confirmation/confirmation.module.js';
import { FactorsModule } from '../factors/factors.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { AccountController } from './account.controller.js';
import { AccountService } from './account.service.js';
import { PasskeySignInController } from './passkey-sign-in.controller.js';
import { PasskeySignInService } from './passkey-sign-in.service.js';
import { RegistrationService } from './registration.service.js';
import { SecondFactorService } from './second-factor.service.js';
import { SignInCompletion } from './sign-in-completion.js';
import { SignInService } from './sign-in.service.js';

@Module({
  imports: [
    UsersModule,
    PasswordsModule,
    SessionsModule,
    InvitationsModule,
    FactorsModule,
    ConfirmationModule,
  ],
  controllers: [AccountController, PasskeySignInController],
  providers: [
    SignInCompletion,
    SecondFactorService,
    PasskeySignInService,
    SignInService,
    RegistrationService,
    AccountService,
  ],
})
export class SignInModule {}
