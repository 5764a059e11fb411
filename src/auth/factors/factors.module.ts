import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../../users/users.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { FactorCheck } from './factor-check.js';
import { Factor } from './factor.entity.js';
import { FactorMethods } from './factor-methods.js';
import { Factors } from './factors.js';
import { PasskeysModule } from './passkeys/passkeys.module.js';
import { RecoveryCode } from './recovery-codes/recovery-code.entity.js';
import { RecoveryCodes } from './recovery-codes/recovery-codes.js';
import { SealedSecrets } from './sealed-secrets.js';
import { SignInChallenge } from './sign-in-challenge.entity.js';
import { SignInChallenges } from './sign-in-challenges.js';

@Module({
  imports: [
    UsersModule,
    PasswordsModule,
    PasskeysModule,
    TypeOrmModule.forFeature([Factor, RecoveryCode, SignInChallenge]),
  ],
  providers: [SealedSecrets, RecoveryCodes, Factors, FactorMethods, FactorCheck, SignInChallenges],
  exports: [
    PasskeysModule,
    SealedSecrets,
    RecoveryCodes,
    Factors,
    FactorMethods,
    FactorCheck,
    SignInChallenges,
  ],
})
export class FactorsModule {}
