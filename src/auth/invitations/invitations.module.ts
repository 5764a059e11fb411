import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DismissedAdmins } from './dismissed-admins.js';
import { Invitation } from './invitation.entity.js';
import { InvitationsController } from './invitations.controller.js';
import { NewInvitations } from './new-invitations.js';
import { OpenInvitations } from './open-invitations.js';
import { RegistrationGate } from './registration-gate.js';

@Module({
  imports: [TypeOrmModule.forFeature([Invitation])],
  controllers: [InvitationsController],
  providers: [NewInvitations, OpenInvitations, RegistrationGate, DismissedAdmins],
  exports: [RegistrationGate],
})
export class InvitationsModule {}
