import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsString, Matches, MaxLength, ValidateIf } from 'class-validator';
import { OpenObject } from '../../../common/input/open-object.js';

const BASE64URL = '^[A-Za-z0-9_-]+$';
const TRANSPORT = '^[a-z0-9-]{1,32}$';
const MAX_TRANSPORTS = 10;
/** The longest id of a credential is 1023 bytes (WebAuthn, section 4). */
const MAX_ID = 1364;
/** The longest user handle is 64 bytes (WebAuthn, section 5.4.3). */
const MAX_HANDLE = 86;

const Base64Url = (maxLength: number) =>
  applyDecorators(
    ApiProperty({ pattern: BASE64URL, maxLength }),
    IsString(),
    MaxLength(maxLength),
    Matches(new RegExp(BASE64URL)),
  );

/** What every answer of a browser has. */
class CredentialInput {
  @Base64Url(MAX_ID)
  readonly id: string;

  @Base64Url(MAX_ID)
  readonly rawId: string;

  @ApiProperty({ enum: ['public-key'] })
  @IsIn(['public-key'])
  readonly type: 'public-key';
}

class AssertionResponseInput {
  @Base64Url(8192)
  readonly clientDataJSON: string;

  @Base64Url(4096)
  readonly authenticatorData: string;

  @Base64Url(4096)
  readonly signature: string;

  @ApiPropertyOptional({ type: String, nullable: true, pattern: BASE64URL, maxLength: MAX_HANDLE })
  @ValidateIf(({ userHandle: handle }: AssertionResponseInput) => handle !== undefined && handle !== null)
  @IsString()
  @MaxLength(MAX_HANDLE)
  @Matches(new RegExp(BASE64URL))
  readonly userHandle?: string | null;
}

/** What `navigator.credentials.get` returns, as JSON: an `AuthenticationResponseJSON` of WebAuthn. */
export class AssertionInput extends CredentialInput {
  @OpenObject(AssertionResponseInput)
  readonly response: AssertionResponseInput;
}

class AttestationResponseInput {
  @Base64Url(8192)
  readonly clientDataJSON: string;

  @Base64Url(32_768)
  readonly attestationObject: string;

  @ApiPropertyOptional({
    type: 'array',
    maxItems: MAX_TRANSPORTS,
    items: { type: 'string', pattern: TRANSPORT },
  })
  @ValidateIf(({ transports }: AttestationResponseInput) => transports !== undefined)
  @IsArray()
  @ArrayMaxSize(MAX_TRANSPORTS)
  @IsString({ each: true })
  @Matches(new RegExp(TRANSPORT), { each: true })
  readonly transports?: string[];
}

/** What `navigator.credentials.create` returns, as JSON: a `RegistrationResponseJSON` of WebAuthn. */
export class AttestationInput extends CredentialInput {
  @OpenObject(AttestationResponseInput)
  readonly response: AttestationResponseInput;
}
