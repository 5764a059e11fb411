import { Injectable } from '@nestjs/common';
import { errors } from '../../../common/refusals/errors.js';
import { PasskeyChallenges } from './passkey-challenges.js';
import type { RequestOptionsResponse } from './passkey-options.response.js';
import { PasskeyOptions } from './passkey-options.js';

/** Asks for passkeys: a challenge, and what the browser needs to answer it. */
@Injectable()
export class PasskeyRequests {
  constructor(
    private readonly challenges: PasskeyChallenges,
    private readonly options: PasskeyOptions,
  ) {}

  /** For a sign-in of whoever has a passkey. Writes nothing. @throws `passkeys_unavailable`. */
  async forSignIn(): Promise<RequestOptionsResponse> {
    const challenge = this.challenges.issue({ purpose: 'sign_in' });
    return { challenge, options: await this.options.forAnybody(challenge) };
  }

  /** For the confirmation of a session by its user. @throws `passkeys_unavailable`, `no_passkey`. */
  async forConfirmation(userId: string, sessionId: string): Promise<RequestOptionsResponse> {
    const challenge = this.challenges.issue({ purpose: 'confirmation', sessionId });
    const options = await this.options.forUser(userId, challenge);
    if (options === null) throw errors.noPasskey();
    return { challenge, options };
  }
}
