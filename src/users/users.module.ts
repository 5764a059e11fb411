import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Departures } from './departures.js';
import { NewAccounts } from './new-accounts.js';
import { ProfileParts } from './profile-parts.js';
import { UserRights } from './user-rights.js';
import { User } from './user.entity.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([User])],
  controllers: [UsersController],
  providers: [UsersService, UserRights, NewAccounts, Departures, ProfileParts],
  exports: [UsersService, UserRights, NewAccounts, Departures, ProfileParts],
})
export class UsersModule {}
