import { OptionalTotpCode } from '../factors/totp/totp-code.js';
import { InvitationField } from '../invitations/invitation-field.js';
import { CurrentPassword, GivenEmail, NewEmail, NewPassword } from '../passwords/credential-fields.js';

export class RegisterInput {
  @NewEmail()
  readonly email: string;

  @NewPassword('correct horse battery staple')
  readonly password: string;

  @InvitationField()
  readonly invitation?: string;
}

export class SignInInput {
  @GivenEmail()
  readonly email: string;

  @CurrentPassword()
  readonly password: string;

  @OptionalTotpCode()
  readonly code?: string;
}

export class ChangePasswordInput {
  @CurrentPassword()
  readonly current_password: string;

  @NewPassword()
  readonly new_password: string;
}

export class DeleteAccountInput {
  @CurrentPassword()
  readonly password: string;
}
