import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, MaxLength } from 'class-validator';
import { IsEmailAddress } from '../common/email-address.js';
import { MaxCharacters } from '../common/max-characters.js';
import { IsPlainText } from '../common/plain-text.js';
import { foldEmail } from '../users/user.entity.js';
import { IsAcceptablePassword } from './passwords/acceptable-password.js';

const trimmed = ({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value);

/** Longer than any acceptable password, short enough to refuse unread. */
const PASSWORD_INPUT_LIMIT = 1024;

export class RegisterInput {
  @ApiProperty({ format: 'email', maxLength: 254, example: 'ada@example.org' })
  @Transform(trimmed)
  @IsString()
  @MaxCharacters(254)
  @MaxCharacters(254, foldEmail)
  @IsEmailAddress()
  readonly email: string;

  @ApiProperty({
    minLength: 8,
    maxLength: 72,
    format: 'password',
    description: 'At least 8 characters, at most 72 bytes of UTF-8, not a common password.',
    example: 'correct horse battery staple',
  })
  @IsString()
  @IsAcceptablePassword()
  readonly password: string;
}

export class SignInInput {
  @ApiProperty({ format: 'email', maxLength: 254, example: 'ada@example.org' })
  @Transform(trimmed)
  @IsString()
  @IsPlainText()
  @MaxLength(254)
  readonly email: string;

  @ApiProperty({ format: 'password', example: 'correct horse battery staple' })
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  readonly password: string;
}

export class ChangePasswordInput {
  @ApiProperty({ format: 'password', example: 'correct horse battery staple' })
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  readonly current_password: string;

  @ApiProperty({ format: 'password', minLength: 8, maxLength: 72, example: 'a much better passphrase' })
  @IsString()
  @IsAcceptablePassword()
  readonly new_password: string;
}

export class DeleteAccountInput {
  @ApiProperty({ format: 'password', example: 'correct horse battery staple' })
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  readonly password: string;
}
