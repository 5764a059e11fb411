import { Module } from '@nestjs/common';
import { AdminModule } from './admin/admin.module.js';
import { ConfirmationModule } from './confirmation/confirmation.module.js';
import { EmailModule } from './email/email.module.js';
import { EnrolmentModule } from './enrolment/enrolment.module.js';
import { FactorsModule } from './factors/factors.module.js';
import { GuardModule } from './guard/guard.module.js';
import { InvitationsModule } from './invitations/invitations.module.js';
import { KeysModule } from './keys/keys.module.js';
import { NoticesModule } from './notices/notices.module.js';
import { PagesModule } from './pages/pages.module.js';
import { PasswordsModule } from './passwords/passwords.module.js';
import { RecoveryModule } from './recovery/recovery.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SignInModule } from './sign-in/sign-in.module.js';

/** Authentication. Its guard protects every route of the app. */
@Module({
  imports: [
    GuardModule,
    SignInModule,
    SessionsModule,
    KeysModule,
    AdminModule,
    InvitationsModule,
    PasswordsModule,
    ConfirmationModule,
    RecoveryModule,
    EmailModule,
    NoticesModule,
    PagesModule,
    EnrolmentModule,
    FactorsModule,
  ],
  exports: [PasswordsModule, AdminModule, RecoveryModule, FactorsModule],
})
export class AuthModule {}
