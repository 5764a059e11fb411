import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

class CredentialDescriptor {
  @ApiProperty({ description: 'Base64url.' })
  readonly id: string;

  @ApiProperty({ enum: ['public-key'] })
  readonly type: string;

  @ApiPropertyOptional({ type: [String], example: ['internal', 'hybrid'] })
  readonly transports?: string[];
}

/** What `PublicKeyCredential.parseRequestOptionsFromJSON` takes (WebAuthn, section 5.5). */
export class RequestOptions {
  @ApiProperty({ description: 'Base64url.' })
  readonly challenge: string;

  @ApiPropertyOptional({ example: 'files.example.org' })
  readonly rpId?: string;

  @ApiPropertyOptional({ type: [CredentialDescriptor], description: 'Absent when every passkey is welcome.' })
  readonly allowCredentials?: CredentialDescriptor[];

  @ApiPropertyOptional({ example: 'required' })
  readonly userVerification?: string;

  @ApiPropertyOptional({ type: 'integer', description: 'Milliseconds.', example: 300_000 })
  readonly timeout?: number;
}

class PartyEntity {
  @ApiPropertyOptional({ example: 'files.example.org' })
  readonly id?: string;

  @ApiProperty({ example: 'files.example.org' })
  readonly name: string;
}

class UserEntity {
  @ApiProperty({ description: 'Base64url.' })
  readonly id: string;

  @ApiProperty({ example: 'ada@example.org' })
  readonly name: string;

  @ApiProperty({ example: 'Ada' })
  readonly displayName: string;
}

class CredentialParameters {
  @ApiProperty({ type: 'integer', description: 'A COSE algorithm.', example: -7 })
  readonly alg: number;

  @ApiProperty({ enum: ['public-key'] })
  readonly type: string;
}

class AuthenticatorSelection {
  @ApiPropertyOptional({ example: 'required' })
  readonly residentKey?: string;

  @ApiPropertyOptional({ example: true })
  readonly requireResidentKey?: boolean;

  @ApiPropertyOptional({ example: 'required' })
  readonly userVerification?: string;
}

class ExtensionInputs {
  @ApiPropertyOptional()
  readonly credProps?: boolean;
}

/** What `PublicKeyCredential.parseCreationOptionsFromJSON` takes (WebAuthn, section 5.4). */
export class CreationOptions {
  @ApiProperty()
  readonly rp: PartyEntity;

  @ApiProperty()
  readonly user: UserEntity;

  @ApiProperty({ description: 'Base64url.' })
  readonly challenge: string;

  @ApiProperty({ type: [CredentialParameters] })
  readonly pubKeyCredParams: CredentialParameters[];

  @ApiPropertyOptional({ type: 'integer', description: 'Milliseconds.', example: 300_000 })
  readonly timeout?: number;

  @ApiPropertyOptional({ type: [CredentialDescriptor], description: 'Passkeys that you have already.' })
  readonly excludeCredentials?: CredentialDescriptor[];

  @ApiPropertyOptional()
  readonly authenticatorSelection?: AuthenticatorSelection;

  @ApiPropertyOptional({ type: [String] })
  readonly hints?: string[];

  @ApiPropertyOptional({ example: 'none' })
  readonly attestation?: string;

  @ApiPropertyOptional()
  readonly extensions?: ExtensionInputs;
}

/** What to send back, and what the browser needs to make or use a passkey. */
export class RequestOptionsResponse {
  @ApiProperty({ description: 'Send it with the credential, within five minutes. Good for one success.' })
  readonly challenge: string;

  @ApiProperty({ description: 'For `navigator.credentials.get`.' })
  readonly options: RequestOptions;
}

/** What to send back, and what the browser needs to make a passkey. */
export class CreationOptionsResponse {
  @ApiProperty({ description: 'Send it with the credential, within five minutes. Good for one success.' })
  readonly challenge: string;

  @ApiProperty({ description: 'For `navigator.credentials.create`.' })
  readonly options: CreationOptions;
}
