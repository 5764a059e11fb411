import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/users.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { AdminController } from './admin.controller.js';
import { UserAdmin } from './user-admin.js';
import { UserList } from './user-list.js';

@Module({
  imports: [UsersModule, SessionsModule],
  controllers: [AdminController],
  providers: [UserAdmin, UserList],
  exports: [UserAdmin],
})
export class AdminModule {}
