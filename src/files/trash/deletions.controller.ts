import { Controller, Delete, HttpCode, Param, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor } from '../../common/access/actor.js';
import { RequireScope } from '../../common/access/scopes.js';
import { ApiId } from '../../common/input/api-id.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { DeleteFileQuery } from './delete-file.query.js';
import { Deletions } from './deletions.js';

@ApiTags('Files')
@Controller('api/files')
export class DeletionsController {
  constructor(private readonly deletions: Deletions) {}

  @Delete(':id')
  @RequireScope('files:write')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a file',
    description:
      'It moves into the trash, with its earlier contents. With `permanently`, or where the operator has ' +
      'switched the trash off (`TRASH_DAYS=0`), it is removed for good.',
  })
  @ApiId()
  @ApiNoContentResponse()
  @ApiRefusals('file_not_found', 'writes')
  async delete(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Query() query: DeleteFileQuery,
  ): Promise<void> {
    await this.deletions.delete(actor, id, query.permanently);
  }
}
