import { NewEmail } from '../passwords/credential-fields.js';
import { MailedTokenField } from '../passwords/mailed-token-field.js';

export class ChangeEmailInput {
  @NewEmail()
  readonly email: string;
}

export class ConfirmEmailInput {
  @MailedTokenField()
  readonly token: string;
}
