import { GivenEmail, NewPassword } from '../passwords/credential-fields.js';
import { MailedTokenField } from '../passwords/mailed-token-field.js';

export class RequestResetInput {
  @GivenEmail()
  readonly email: string;
}

export class ConfirmResetInput {
  @MailedTokenField()
  readonly token: string;

  @NewPassword()
  readonly password: string;
}
