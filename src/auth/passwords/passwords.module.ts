import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Session } from '../sessions/session.entity.js';
import { HashBudget } from './hash-budget.js';
import { PasswordHasher } from './password-hasher.js';
import { Passwords } from './passwords.js';
import { SignInAttempt } from './sign-in-attempt.entity.js';
import { SignInAttempts } from './sign-in-attempts.js';

@Module({
  imports: [TypeOrmModule.forFeature([SignInAttempt, Session])],
  providers: [PasswordHasher, HashBudget, SignInAttempts, Passwords],
  exports: [PasswordHasher, Passwords],
})
export class PasswordsModule {}
