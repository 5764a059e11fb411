import { Module } from '@nestjs/common';
import { MailModule } from '../../mail/mail.module.js';
import { UsersModule } from '../../users/users.module.js';
import { ConfirmationModule } from '../confirmation/confirmation.module.js';
import { EmailAddresses } from './email-addresses.service.js';
import { EmailController } from './email.controller.js';

@Module({
  imports: [MailModule, UsersModule, ConfirmationModule],
  controllers: [EmailController],
  providers: [EmailAddresses],
})
export class EmailModule {}
