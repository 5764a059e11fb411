import { Injectable } from '@nestjs/common';
import type { SessionActor } from '../../common/access/actor.js';
import type { Page } from '../../common/paging/paging.js';
import { DomainEvents } from '../../events/domain-events.js';
import { ProfileParts } from '../../users/profile-parts.js';
import { UsersService } from '../../users/users.service.js';
import type { ListedUser } from './listed-user.response.js';
import type { ListUsersQuery } from './list-users.query.js';

/** Lists users for admins, each with what the profile shows to that user. */
@Injectable()
export class UserList {
  constructor(
    private readonly users: UsersService,
    private readonly profile: ProfileParts,
    private readonly events: DomainEvents,
  ) {}

  /** A page of users, newest first. `search` is a part of the e-mail. The reading is recorded in the admin's trail. */
  async read(actor: SessionActor, query: ListUsersQuery): Promise<Page<ListedUser>> {
    const page = await this.users.list(query);
    const items = await Promise.all(
      page.items.map(async (user) => ({ user, profile: await this.profile.complete(user) })),
    );
    await this.events.publish({
      type: 'user.listed',
      actor,
      userId: actor.userId,
      count: items.length,
      filters: query.search === undefined ? [] : ['search'],
    });
    return { ...page, items };
  }
}
