import { IntersectionType } from '@nestjs/swagger';
import { ProfileResponse } from '../../users/profile.response.js';
import type { User } from '../../users/user.entity.js';
import { ManagedUserResponse, toManagedUserResponse } from './managed-user.response.js';

/** A user with the profile that the user sees. */
export interface ListedUser {
  readonly user: User;
  readonly profile: ProfileResponse;
}

/** A user as listed for admins. */
export class ListedUserResponse extends IntersectionType(ManagedUserResponse, ProfileResponse) {}

export function toListedUserResponse({ user, profile }: ListedUser): ListedUserResponse {
  return { ...profile, ...toManagedUserResponse(user) };
}
