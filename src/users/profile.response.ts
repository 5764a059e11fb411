import { ApiProperty } from '@nestjs/swagger';
import { StorageResponse } from './storage.response.js';
import { UserResponse } from './user.response.js';

/** The signed-in user, with what other features add. */
export class ProfileResponse extends UserResponse {
  @ApiProperty()
  readonly storage: StorageResponse;
}

/** The members that other features add, by `ProfileParts`. */
export type ProfileAdditions = Omit<ProfileResponse, keyof UserResponse>;
