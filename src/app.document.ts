import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { completeOperations } from './app.operations.js';

/** The OpenAPI document, made from the routes themselves. */
export function createDocument(app: INestApplication): OpenAPIObject {
  const description = [
    'Users, private files, and an audit trail that loses nothing.',
    '',
    'To try it here: register, copy `token`, press Authorize.',
    '',
    '- Every answer carries `X-Request-Id`; send one of your own to find the request again in log and trail.',
    '- Every refusal is `application/problem+json` (RFC 9457) with a stable `code`. Each operation lists its codes.',
    '- No answer below `/api` is to be kept (`Cache-Control: no-store`), but for downloads, which are asked for again by their `ETag`.',
    '- A body is read only where one is described, and not before it is settled that the caller may send it.',
    '- A member of a body that is not described is refused, and so is a query parameter where any is described.',
    '- Whatever has GET answers HEAD alike, without the body.',
    '- A 405 is the answer to another method at the same path, 404 `route_not_found` to another path.',
    '- Fields may be added to answers, and are never removed.',
  ].join('\n');
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.0.3')
    .setTitle('microservices-api')
    .setDescription(description)
    .setVersion('0.1.0')
    .addServer('/')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'An access token from register, login or refresh; or an API key (`mk_…`) that has the scope named in `x-scope`. ' +
        'A route without `x-scope` is closed to API keys; one with `x-role` is open to users with that role.',
    })
    .addTag('Users', 'Accounts and sign-in')
    .addTag('Sessions', 'Where somebody is signed in')
    .addTag('API keys', 'For programs that act for a user')
    .addTag('Admin', 'For those who manage users')
    .addTag('Files', 'Private files')
    .addTag('Audit', 'What happened')
    .addTag('Operations', 'For those who run the service')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) =>
      `${controller.replace(/Controller$/, '').toLowerCase()}_${method}`,
  });
  completeOperations(document);
  return document;
}

/** Serves Swagger UI at `/docs` and the document at `/docs-json` and `/docs-yaml`. */
export function serveDocument(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => createDocument(app), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
  });
}
