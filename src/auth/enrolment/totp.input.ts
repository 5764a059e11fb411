import { TotpCode } from '../factors/totp/totp-code.js';
import { OptionalFactorName } from './factor-name.js';

export class AddTotpInput {
  @OptionalFactorName('Phone')
  readonly name?: string;
}

export class ConfirmTotpInput {
  @TotpCode()
  readonly code: string;
}
