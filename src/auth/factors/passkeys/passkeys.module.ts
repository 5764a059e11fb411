import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Ceremonies } from './ceremonies.js';
import { PasskeyChallenges } from './passkey-challenges.js';
import { PasskeyCheck } from './passkey-check.js';
import { Passkey } from './passkey.entity.js';
import { PasskeyOptions } from './passkey-options.js';
import { PasskeyRegistration } from './passkey-registration.js';
import { PasskeyRequests } from './passkey-requests.js';
import { Passkeys } from './passkeys.js';
import { RelyingParty } from './relying-party.js';
import { UsedChallenge } from './used-challenge.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([Passkey, UsedChallenge])],
  providers: [
    RelyingParty,
    Passkeys,
    PasskeyChallenges,
    PasskeyOptions,
    Ceremonies,
    PasskeyCheck,
    PasskeyRegistration,
    PasskeyRequests,
  ],
  exports: [PasskeyChallenges, PasskeyOptions, PasskeyCheck, PasskeyRegistration, PasskeyRequests],
})
export class PasskeysModule {}
