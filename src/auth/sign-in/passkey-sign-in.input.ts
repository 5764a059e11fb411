import { OpenObject } from '../../common/input/open-object.js';
import { PasskeyChallengeField } from '../factors/passkeys/challenge-field.js';
import { AssertionInput } from '../factors/passkeys/credential.input.js';

export class PasskeySignInInput {
  @PasskeyChallengeField()
  readonly challenge: string;

  @OpenObject(AssertionInput)
  readonly credential: AssertionInput;
}
