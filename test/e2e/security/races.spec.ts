import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { startApp, type TestApp } from '../../support/test-app.js';

describe('security.md: races', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp()));
  afterAll(() => server.close());

  it('lets one of 100 parallel registrations of one e-mail succeed', async () => {
    const register = async () => {
      for (;;) {
        const input = { email: 'race@example.org', password: 'one of a hundred' };
        const answer = await server.client().json('POST', '/api/users/register', input);
        // On a slow machine a hundred hashes are more than the queue accepts.
        if (answer.status !== 503) return answer;
        await delay(Number(answer.headers.get('retry-after')) * 1000);
      }
    };
    const answers = await Promise.all(Array.from({ length: 100 }, register));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(99);
  });

  it('keeps 50 parallel uploads with one name apart', async () => {
    const client = await server.user();
    const uploads = await Promise.all(
      Array.from({ length: 50 }, (_, index) => client.upload(`content ${index}`, { name: 'same.txt' })),
    );
    expect(new Set(uploads.map(({ body }) => body.id)).size).toBe(50);
    const contents = await Promise.all(
      uploads.map(async ({ body }) => (await client.download(body.id)).body.toString()),
    );
    expect(contents).toEqual(uploads.map((_, index) => `content ${index}`));
    expect(await client.trail('&action=FILE_UPLOAD')).toHaveLength(50);
  });

  it('deletes a file once when requested 20 times in parallel', async () => {
    const client = await server.user();
    const { body } = await client.upload('once');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.json('DELETE', `/api/files/${body.id}`)),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(19);
    expect(await client.trail('&action=FILE_DELETE')).toHaveLength(1);
  });
});
