import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../../users/users.module.js';
import { ConfirmationModule } from '../confirmation/confirmation.module.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeysService } from './api-keys.service.js';
import { KeysController } from './keys.controller.js';
import { LiveKeys } from './live-keys.js';

@Module({
  imports: [UsersModule, ConfirmationModule, TypeOrmModule.forFeature([ApiKey])],
  controllers: [KeysController],
  providers: [LiveKeys, ApiKeysService],
  exports: [LiveKeys],
})
export class KeysModule {}
