import { Controller, Get, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor } from '../common/access/actor.js';
import { ApiRefusals } from '../common/refusals/api-refusals.js';
import { JsonBody } from '../common/input/json-body.js';
import { RequireScope } from '../common/access/scopes.js';
import { ProfileParts } from './profile-parts.js';
import { ProfileResponse } from './profile.response.js';
import { UpdateProfileInput } from './update-profile.input.js';
import { toUserResponse, UserResponse } from './user.response.js';
import { UsersService } from './users.service.js';

@ApiTags('Users')
@Controller('api/users/me')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly parts: ProfileParts,
  ) {}

  @Get()
  @RequireScope('profile:read')
  @ApiOperation({ summary: 'The signed-in user' })
  @ApiOkResponse({ type: ProfileResponse })
  async me(@CurrentActor() actor: Actor): Promise<ProfileResponse> {
    return this.parts.complete(await this.users.get(actor.userId));
  }

  @Patch()
  @ApiOperation({ summary: 'Change the profile' })
  @ApiOkResponse({ type: UserResponse })
  @ApiRefusals('writes')
  async update(@CurrentActor() actor: Actor, @JsonBody() input: UpdateProfileInput): Promise<UserResponse> {
    return toUserResponse(await this.users.updateProfile(actor, input));
  }
}
