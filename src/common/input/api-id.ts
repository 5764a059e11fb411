import { ApiParam } from '@nestjs/swagger';

/** Documents the path parameter `id`. */
export function ApiId(): MethodDecorator {
  return ApiParam({
    name: 'id',
    description: 'Upper or lower case. An id that is not a UUID is answered like an unknown id.',
    schema: { type: 'string', format: 'uuid' },
  });
}
