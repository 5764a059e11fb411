import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import fc from 'fast-check';
import { CATALOGUE, type ErrorCode } from '../../../src/common/refusals/errors.js';
import { PROBLEM_JSON } from '../../../src/common/refusals/problem.js';
import { ApiDocument, type Operation } from '../../support/api-document.js';
import { Mailbox } from '../../support/mailbox.js';
import { startApp, type TestApp } from '../../support/test-app.js';
import { Callers } from './callers.js';
import { type RefusedRequest, refusedRequests } from './changes.js';
import { allowedRequest, plainRequest } from './requests.js';
import { wildRequest } from './wild-requests.js';

/** Another seed tries other requests. A failure prints its seed. */
const SEED = Number(process.env.DOCUMENT_SEED ?? 20261124);
/** Random requests of each kind for each operation. */
const RUNS = Number(process.env.DOCUMENT_RUNS ?? 20);
const TIMEOUT_MS = 600_000 + RUNS * 10_000;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'];

/** Codes with which an allowed request can be refused for its content. A schema cannot express them. */
const BY_CONTENT = new Set([
  'invalid_cursor',
  'invalid_file_name',
  'digest_mismatch',
  'invalid_token',
  'invalid_passkey',
  // A key of the metadata twice.
  'invalid_upload_header',
]);

/** Codes that do not depend on data in the database. Each that is described must occur. */
const BY_FORM = new Set<ErrorCode>([
  'validation_failed',
  'malformed_json',
  'malformed_upload',
  'file_missing',
  'invalid_idempotency_key',
  'insufficient_scope',
  'body_too_large',
  'unsupported_media_type',
]);

/** Operations with bytes that can be more than a header announces. */
const SIZED = new Set(['POST /api/uploads', 'PATCH /api/uploads/{id}']);

/** Why an allowed request can still be refused with `validation_failed`. */
const EXCUSED: Readonly<Record<string, string>> = {
  'GET /api/audit/consistency': 'sizes beyond the log, or in the wrong order',
  'POST /api/auth/password-reset/confirm': 'a common password',
  'POST /api/auth/confirm': 'both a password and a passkey, or none',
  'POST /api/users/login/second-factor': 'more than one factor, or none',
  'POST /api/users/register': 'a common password',
  'POST /api/users/me/password': 'a common password',
};

/**
 * The test client compares every answer with the document. These tests search for requests with other
 * answers.
 */
describe('the API document', () => {
  let mailbox: Mailbox;
  let server: TestApp;
  let document: ApiDocument;
  let callers: Callers;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    server = await startApp({
      ...mailbox.environment,
      RATE_LIMIT_PER_MINUTE: '1000000',
      LOGIN_FAILURES_PER_ACCOUNT: '0',
      LOGIN_FAILURES_PER_ADDRESS: '0',
    });
    const served = await fetch(`${server.url}/docs-json`);
    document = new ApiDocument((await served.json()) as OpenAPIObject);
    callers = await Callers.of(server);
  });
  afterAll(async () => {
    await server.close();
    await mailbox.close();
  });

  it(
    'allows no request that the server refuses for its form',
    async () => {
      for (const operation of document.operations) {
        const property = fc.asyncProperty(allowedRequest(document, operation), async (request) => {
          const { status, code } = await callers.send(operation, request);
          expect([operation.name, isAccepted(operation, status, code) || `${status} ${code}`]).toEqual([
            operation.name,
            true,
          ]);
        });
        await fc.assert(property, { seed: SEED, numRuns: RUNS });
      }
    },
    TIMEOUT_MS,
  );

  it(
    'forbids every request that the server refuses for its form, with the right code',
    async () => {
      for (const operation of document.operations) {
        const requireRefusal = async ({ because, code: expected, request }: RefusedRequest) => {
          const { status, code } = await callers.send(operation, request);
          // A refusal of HEAD has no body.
          const refusal = operation.method === 'HEAD' ? '' : expected;
          expect([operation.name, because, status, code]).toEqual([
            operation.name,
            because,
            CATALOGUE[expected].status,
            refusal,
          ]);
        };
        const { status: plain } = await callers.send(operation, plainRequest(document, operation));
        expect([operation.name, plain < 300]).toEqual([operation.name, true]);
        const { listed, random } = refusedRequests(document, operation);
        for (const refused of listed) await requireRefusal(refused);
        const tried = new Set(listed.map(({ code }) => code));
        const untried = codesOf(operation).filter((code) => BY_FORM.has(code) && !tried.has(code));
        expect([operation.name, untried]).toEqual([operation.name, []]);
        if (random === null) continue;
        await fc.assert(fc.asyncProperty(random, requireRefusal), { seed: SEED, numRuns: RUNS });
      }
    },
    TIMEOUT_MS,
  );

  it(
    'describes the answer to every other request',
    async () => {
      for (const operation of document.operations) {
        const property = fc.asyncProperty(wildRequest(operation), async ({ method, request }) => {
          // The client compares.
          const { status } = await callers.send({ ...operation, method }, request);
          expect([operation.name, status]).not.toEqual([operation.name, 500]);
        });
        await fc.assert(property, { seed: SEED, numRuns: RUNS });
      }
    },
    TIMEOUT_MS,
  );

  it('has every method of every path', async () => {
    const paths = new Set(document.operations.map(({ path }) => path));
    for (const path of paths) {
      const described = document.operations.filter((operation) => matches(operation.path, path));
      const methods = new Set(described.map(({ method }) => method));
      // Every route with GET also answers HEAD.
      if (methods.has('GET')) methods.add('HEAD');
      for (const method of METHODS.filter((candidate) => !methods.has(candidate))) {
        const answer = await server.client().json(method, path);
        expect([method, path, answer.status]).toEqual([method, path, 405]);
        expect(answer.headers.get('allow')?.split(', ')).toEqual([...methods].sort());
      }
    }
  });
});

function isAccepted({ name }: Operation, status: number, code: string): boolean {
  if (status === 400) return BY_CONTENT.has(code) || (code === 'validation_failed' && name in EXCUSED);
  if (status === 413) return SIZED.has(name) && code === 'file_too_large';
  return status < 500 && ![405, 415].includes(status);
}

function codesOf({ responses }: Operation): ErrorCode[] {
  const media = Object.values(responses).map(({ content }) => content?.[PROBLEM_JSON]);
  return media.flatMap((problem) => Object.keys(problem?.examples ?? {})) as ErrorCode[];
}

/** True when a request to `path` can reach the route `template`. */
function matches(template: string, path: string): boolean {
  const [parts, given] = [template.split('/'), path.split('/')];
  return (
    parts.length === given.length && parts.every((part, at) => part.startsWith('{') || part === given[at])
  );
}
