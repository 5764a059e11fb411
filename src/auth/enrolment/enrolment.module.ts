import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { ConfirmationModule } from '../confirmation/confirmation.module.js';
import { FactorsModule } from '../factors/factors.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { FactorsController } from './factors.controller.js';
import { PasskeyEnrolment } from './passkey-enrolment.js';
import { PasskeysController } from './passkeys.controller.js';
import { TotpEnrolment } from './totp-enrolment.js';

@Module({
  imports: [UsersModule, SessionsModule, FactorsModule, ConfirmationModule],
  controllers: [FactorsController, PasskeysController],
  providers: [TotpEnrolment, PasskeyEnrolment],
})
export class EnrolmentModule {}
