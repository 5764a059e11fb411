import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionRows } from '../sessions/session-rows.js';
import { Session } from '../sessions/session.entity.js';
import { AttemptCounters } from './attempt-counters.js';
import { CountedAddresses } from './counted-addresses.js';
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
    SessionRows,
    CountedAddresses,
    HashBudget,
    AttemptCounters,
    PasswordAttempts,
    SignInAttempts,
    Passwords,
    FactorAttempts,
  ],
  exports: [PasswordHasher, Passwords, FactorAttempts, CountedAddresses],
})
export class PasswordsModule {}
