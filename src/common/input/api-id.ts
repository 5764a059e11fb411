import { ApiParam } from '@nestjs/swagger';

/** Documents the `id` of a path. */
export function ApiId(): MethodDecorator {
  return ApiParam({
    name: 'id',
    description: 'In either case. What is no UUID is answered as an unknown one is.',
    schema: { type: 'string', format: 'uuid' },
  });
}
