import { ApiProperty } from '@nestjs/swagger';
import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsString, MaxLength } from 'class-validator';
import { foldEmail, IsEmailAddress, MAX_EMAIL_CHARACTERS } from '../../common/input/email-address.js';
import { MaxCharacters } from '../../common/input/max-characters.js';
import { IsPlainText, PLAIN_TEXT } from '../../common/input/plain-text.js';
import { IsAcceptablePassword } from './acceptable-password.js';

/** Spaces around an address do not belong to it. */
const trimmed = ({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value);

/** Longer than any acceptable password. A longer input is refused before hashing. */
export const PASSWORD_INPUT_LIMIT = 1024;

const NEW_PASSWORD =
  'At least 8 characters and at most 72 bytes of UTF-8 once in NFKC, no NUL, not a common password, not the e-mail.';

/** The e-mail of a new account, or a new one for an account. */
export const NewEmail = () =>
  applyDecorators(
    ApiProperty({
      format: 'idn-email',
      maxLength: MAX_EMAIL_CHARACTERS,
      description:
        'The part before the @ can be Unicode (RFC 6531) and is not quoted. The domain is in its normal form (UTS 46), not `xn--`.',
      example: 'ada@example.org',
    }),
    Transform(trimmed),
    IsString(),
    MaxCharacters(MAX_EMAIL_CHARACTERS),
    MaxCharacters(MAX_EMAIL_CHARACTERS, foldEmail),
    IsEmailAddress(),
  );

/** The e-mail of an account that may exist. */
export const GivenEmail = () =>
  applyDecorators(
    ApiProperty({ pattern: PLAIN_TEXT, maxLength: MAX_EMAIL_CHARACTERS, example: 'ada@example.org' }),
    Transform(trimmed),
    IsString(),
    IsPlainText(),
    MaxLength(MAX_EMAIL_CHARACTERS),
  );

/** A password to be set. The rule about the e-mail needs the e-mail, so services check it where the input has none. */
export const NewPassword = (example = 'a much better passphrase') =>
  applyDecorators(
    ApiProperty({ minLength: 8, maxLength: 72, format: 'password', description: NEW_PASSWORD, example }),
    IsString(),
    IsAcceptablePassword(),
  );

/** A password to be compared. */
export const CurrentPassword = () =>
  applyDecorators(
    ApiProperty({
      format: 'password',
      maxLength: PASSWORD_INPUT_LIMIT,
      example: 'correct horse battery staple',
    }),
    IsString(),
    MaxLength(PASSWORD_INPUT_LIMIT),
  );
