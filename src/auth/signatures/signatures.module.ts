import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RequestNonce } from './request-nonce.entity.js';
import { RequestNonces } from './request-nonces.js';

@Module({
  imports: [TypeOrmModule.forFeature([RequestNonce])],
  providers: [RequestNonces],
  exports: [RequestNonces],
})
export class SignaturesModule {}
