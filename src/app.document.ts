import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { operationIdOf } from './app.operation-ids.js';
import { completeOperations } from './app.operations.js';
import { VERSION } from './common/version.js';

/** Makes the OpenAPI document from the routes. */
export function createDocument(app: INestApplication): OpenAPIObject {
  const description = [
    'Users, private files, and an audit trail that loses no record.',
    '',
    'To try it on this page: register, copy `token`, press Authorize.',
    '',
    '- Every answer has `X-Request-Id`. You can send your own, to find the request in log and trail.',
    '- Every refusal is `application/problem+json` (RFC 9457) with a stable `code`. Each operation lists its codes.',
    '- Answers below `/api` must not be cached (`Cache-Control: no-store`), except downloads, which are revalidated by their `ETag`.',
    '- A body is read only where one is described, after the rights of the caller are checked.',
    '- A member of a body that is not described is refused. So is such a query parameter, on operations that describe any.',
    '- An operation with GET answers HEAD in the same way, without the body, unless HEAD is described. `Range` applies to GET only.',
    '- Another method at the same path is answered with 405, another path with 404 `route_not_found`. So is a DELETE of a path that ends with `/`.',
    '- Fields may be added to answers but are never removed.',
  ].join('\n');
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.0.3')
    .setTitle('microservices-api')
    .setDescription(description)
    .setVersion(VERSION)
    .addServer('/')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'An access token from register, login or refresh, or an API key (`mk_…`) with the scope in `x-scope`. ' +
        'A route without `x-scope` is closed to API keys. A route with `x-role` is only for users with that role.',
    })
    .addApiKey(
      {
        type: 'apiKey',
        in: 'header',
        name: 'Signature',
        description:
          'An HTTP message signature (RFC 9421) by an API key with a `public_key`, together with `Signature-Input`. It covers `@method`, ' +
          '`@authority`, `@path`, `@query` when there is one, and `content-digest` when there is a body.',
      },
      'signature',
    )
    .addTag('Users', 'Accounts and sign-in')
    .addTag('Sessions', 'Sessions of a user')
    .addTag('Second factors', 'Authenticator apps, passkeys and recovery codes')
    .addTag('API keys', 'For programs that act for a user')
    .addTag('Admin', 'Manage users')
    .addTag('Files', 'Private files')
    .addTag('Resumable uploads', 'Files that arrive over several requests (tus 1.0)')
    .addTag('Trash', 'Deleted files that can be restored')
    .addTag('Shares', 'Links to files for people without an account')
    .addTag('Audit', 'The audit trail')
    .addTag('Operations', 'For operators')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: operationIdOf,
  });
  completeOperations(document);
  return document;
}

/** Serves Swagger UI at `/docs` and the document at `/docs-json` and `/docs-yaml`. */
export function serveDocument(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => createDocument(app), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    swaggerOptions: {
      persistAuthorization: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      // The page draws everything that is open again at every step, so it begins with the names of the parts.
      docExpansion: 'none',
      defaultModelsExpandDepth: 0,
    },
  });
}
