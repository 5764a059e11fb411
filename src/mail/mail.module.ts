import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Courier } from './courier.js';
import { DepartingMails } from './departing-mails.js';
import { EndedLinks } from './ended-links.js';
import { MailBudget } from './mail-budget.js';
import { MailBudgetRow } from './mail-budget.entity.js';
import { MailQueue } from './mail-queue.js';
import { MailWatch } from './mail-watch.js';
import { MailContents } from './mail-contents.js';
import { Mail } from './mail.entity.js';
import { MailedToken } from './mailed-token.entity.js';
import { MailedTokens } from './mailed-tokens.js';
import { Outbox } from './outbox.js';
import { Smtp } from './smtp.js';

@Module({
  imports: [TypeOrmModule.forFeature([Mail, MailedToken, MailBudgetRow])],
  providers: [
    MailBudget,
    MailContents,
    Outbox,
    MailedTokens,
    MailQueue,
    Smtp,
    Courier,
    MailWatch,
    DepartingMails,
    EndedLinks,
  ],
  exports: [Outbox, MailedTokens, Courier],
})
export class MailModule {}
