import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsString, ValidateIf } from 'class-validator';
import { type Role, ROLES } from '../../common/access/roles.js';
import { foldEmail, IsEmailAddress, MAX_EMAIL_CHARACTERS } from '../../common/input/email-address.js';
import { MaxCharacters } from '../../common/input/max-characters.js';

/** Absent members are not validated. Null is refused: it could be meant for "any" or for a mistake. */
const IfPresent = (name: keyof CreateInvitationInput) =>
  ValidateIf((input: CreateInvitationInput) => input[name] !== undefined);

export class CreateInvitationInput {
  @ApiPropertyOptional({
    format: 'idn-email',
    maxLength: MAX_EMAIL_CHARACTERS,
    description:
      'The only e-mail that can register with it, in any case. Without it, any e-mail. Its spelling is that of a new account.',
    example: 'ada@example.org',
  })
  @IfPresent('email')
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString()
  @MaxCharacters(MAX_EMAIL_CHARACTERS)
  @MaxCharacters(MAX_EMAIL_CHARACTERS, foldEmail)
  @IsEmailAddress()
  readonly email?: string;

  @ApiPropertyOptional({ enum: ROLES, default: 'user', description: 'What the new account may do.' })
  @IfPresent('role')
  @IsIn(ROLES)
  readonly role?: Role;
}
