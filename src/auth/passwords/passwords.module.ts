import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Session } from '../sessions/session.entity.js';
import { AttemptCounters } from './attempt-counters.js';
import { FactorAttempts } from './factor-attempts.js';
import { HashBudget } from './hash-budget.js';
import { PasswordAttempts } from './password-attempts.js';
import { PasswordHasher } from './password-hasher.js';
import { Passwords } from './passwords.js';
import { SignInAttempt } from './sign-in-attempt.entity.js';
import { SignInAttempts } from './sign-in-attempts.js';

@Module({
  imports: [TypeOrmModule.forFeature([SignInAttempt, Session])],
  providers: [
    PasswordHasher,
    HashBudget,
    AttemptCounters,
    PasswordAttempts,
    SignInAttempts,
    Passwords,
    FactorAttempts,
  ],
  exports: [PasswordHasher, Passwords, FactorAttempts],
})
export class PasswordsModule {}
