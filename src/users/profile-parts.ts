import { Injectable } from '@nestjs/common';
import { type ProfileAdditions, ProfileResponse } from './profile.response.js';
import type { User } from './user.entity.js';
import { toUserResponse } from './user.response.js';

/** Tells a part of what the profile of a user has beyond the user. */
export type ProfilePart = (userId: string) => Promise<Partial<ProfileAdditions>>;

/** Where other features register what they add to the profile, because `users` may not import them. */
@Injectable()
export class ProfileParts {
  readonly #parts: ProfilePart[] = [];

  /** Adds a part to every profile from now on. It is read at every request, so it has to be fast. */
  register(part: ProfilePart): void {
    this.#parts.push(part);
  }

  /** The profile of a user. One part after the other: `Promise.all` takes longer than a part does. */
  async complete(user: User): Promise<ProfileResponse> {
    const profile = toUserResponse(user);
    for (const part of this.#parts) Object.assign(profile, await part(user.id));
    return profile as ProfileResponse;
  }
}
