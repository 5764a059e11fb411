import { ApiProperty } from '@nestjs/swagger';
import { type Role, ROLES } from '../../common/access/roles.js';
import type { Invitation } from './invitation.entity.js';

export class InvitationResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ type: String, nullable: true, example: 'ada@example.org' })
  readonly email: string | null;

  @ApiProperty({ enum: ROLES })
  readonly role: Role;

  @ApiProperty({ format: 'uuid', description: 'The admin who made it.' })
  readonly created_by: string;

  @ApiProperty({ format: 'date-time' })
  readonly created: string;

  @ApiProperty({ format: 'date-time' })
  readonly expires: string;
}

export class NewInvitationResponse extends InvitationResponse {
  @ApiProperty({
    format: 'uri',
    description: 'The page for people, shown only now. It begins with `PUBLIC_URL`.',
    example: 'https://files.example.org/register#token=wYkM0c6i1zjv2yq7mB9pQe4nXh3sLr8tGd5uAfKoJtE',
  })
  readonly url: string;

  @ApiProperty({
    pattern: '^[A-Za-z0-9_-]{43}$',
    description: 'The token in `url`, for `invitation` of the registration, shown only now.',
    example: 'wYkM0c6i1zjv2yq7mB9pQe4nXh3sLr8tGd5uAfKoJtE',
  })
  readonly token: string;
}

export function toInvitationResponse(invitation: Invitation): InvitationResponse {
  return {
    id: invitation.id,
    email: invitation.email,
    role: invitation.role,
    created_by: invitation.createdBy,
    created: invitation.createdAt,
    expires: invitation.expiresAt,
  };
}

/** The token stands in the fragment, which browsers do not send, so that no proxy logs it. */
export function toNewInvitationResponse(
  { invitation, token }: { readonly invitation: Invitation; readonly token: string },
  publicUrl: string,
): NewInvitationResponse {
  return { ...toInvitationResponse(invitation), url: `${publicUrl}/register#token=${token}`, token };
}
