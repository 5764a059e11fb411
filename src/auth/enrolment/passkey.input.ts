import { OpenObject } from '../../common/input/open-object.js';
import { PasskeyChallengeField } from '../factors/passkeys/challenge-field.js';
import { AttestationInput } from '../factors/passkeys/credential.input.js';
import { FactorName } from './factor-name.js';

export class AddPasskeyInput {
  @FactorName('Laptop')
  readonly name: string;

  @PasskeyChallengeField()
  readonly challenge: string;

  @OpenObject(AttestationInput)
  readonly credential: AttestationInput;
}
