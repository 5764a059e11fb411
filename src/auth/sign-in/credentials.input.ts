import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, MaxLength } from 'class-validator';
import { foldEmail, IsEmailAddress, MAX_EMAIL_CHARACTERS } from '../../common/input/email-address.js';
import { MaxCharacters } from '../../common/input/max-characters.js';
import { IsPlainText, PLAIN_TEXT } from '../../common/input/plain-text.js';
import { IsAcceptablePassword } from '../passwords/acceptable-password.js';

/** The space around an address is no part of it. */
const trimmed = ({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value);

/** Longer than any acceptable password; what is longer still is refused before it is hashed. */
const PASSWORD_INPUT_LIMIT = 1024;

const NEW_PASSWORD =
  'At least 8 characters and at most 72 bytes of UTF-8 once in NFKC, no NUL, not a common password, not the e-mail.';

export class RegisterInput {
  @ApiProperty({
    format: 'idn-email',
    maxLength: MAX_EMAIL_CHARACTERS,
    description: 'What precedes the @ may be Unicode (RFC 6531).',
    example: 'ada@example.org',
  })
  @Transform(trimmed)
  @IsString()
  @MaxCharacters(MAX_EMAIL_CHARACTERS)
  @MaxCharacters(MAX_EMAIL_CHARACTERS, foldEmail)
  @IsEmailAddress()
  readonly email: string;

  @ApiProperty({
    minLength: 8,
    maxLength: 72,
    format: 'password',
    description: NEW_PASSWORD,
    example: 'correct horse battery staple',
  })
  @IsString()
  @IsAcceptablePassword()
  readonly password: string;
}

export class SignInInput {
  @ApiProperty({ pattern: PLAIN_TEXT, maxLength: MAX_EMAIL_CHARACTERS, example: 'ada@example.org' })
  @Transform(trimmed)
  @IsString()
  @IsPlainText()
  @MaxLength(MAX_EMAIL_CHARACTERS)
  readonly email: string;

  @ApiProperty({
    format: 'password',
    maxLength: PASSWORD_INPUT_LIMIT,
    example: 'correct horse battery staple',
  })
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  readonly password: string;
}

export class ChangePasswordInput {
  @ApiProperty({
    format: 'password',
    maxLength: PASSWORD_INPUT_LIMIT,
    example: 'correct horse battery staple',
  })
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  readonly current_password: string;

  @ApiProperty({
    minLength: 8,
    maxLength: 72,
    format: 'password',
    description: NEW_PASSWORD,
    example: 'a much better passphrase',
  })
  @IsString()
  @IsAcceptablePassword()
  readonly new_password: string;
}

export class DeleteAccountInput {
  @ApiProperty({
    format: 'password',
    maxLength: PASSWORD_INPUT_LIMIT,
    example: 'correct horse battery staple',
  })
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  readonly password: string;
}
