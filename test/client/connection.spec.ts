import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import {
  ApiError,
  connect,
  type Connection,
  ConnectionError,
  type ConnectOptions,
  download,
  headersOf,
  isRefusal,
  items,
  pages,
  type TokenPair,
  upload,
} from '../../clients/typescript/src/main.js';
import { sha256 } from '../support/client.js';
import { freePort } from '../support/free-port.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startApp, type TestApp } from '../support/test-app.js';

const PASSWORD = 'a long enough passphrase';
const UNKNOWN = '019ab1c2-7d3e-7a41-9c55-0d6f5f0c2b11';
/** The bytes that a broken stream still gives. */
const PIECE = 400_000;

const bytesOf = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) =>
  Buffer.from(await new Response(stream).arrayBuffer());

interface Gate {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function gate(): Gate {
  let resolve = () => {};
  const promise = new Promise<void>((opened) => (resolve = opened));
  return { promise, resolve };
}

describe('the TypeScript client', () => {
  let server: TestApp;
  let api: Connection;
  let signedIn: TokenPair;
  /** Method, path and status of every request of `api`. */
  let seen: string[];

  const recorded: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await fetch(request);
    seen.push(`${request.method} ${new URL(request.url).pathname} ${response.status}`);
    return response;
  };
  const connected = (options: Partial<ConnectOptions> = {}) =>
    connect({ url: server.url, fetch: recorded, ...options });
  const count = (line: string) => seen.filter((each) => each === line).length;

  beforeAll(async () => void (server = await startApp()));
  afterAll(() => server.close());
  beforeEach(async () => {
    const { email } = await server.user(undefined, PASSWORD);
    seen = [];
    api = connected();
    signedIn = await api.account.signIn({ body: { email, password: PASSWORD } });
    api.tokens.keep(signedIn);
    seen = [];
  });

  describe('tokens', () => {
    const broken = () => ({ ...signedIn, token: 'garbage.in.token' });

    it('renews a token that was refused once, for all requests that wait for it', async () => {
      api.tokens.keep(broken());
      const lists = await Promise.all(Array.from({ length: 10 }, () => api.files.list()));
      expect(lists).toEqual(Array.from({ length: 10 }, () => []));
      expect(count('POST /api/auth/refresh 200')).toBe(1);
      expect(count('GET /api/files 401')).toBe(10);
    });

    it('renews before the token ends, once, for all requests that wait for it', async () => {
      const pairs: (TokenPair | null)[] = [];
      api = connected({ tokens: { ...signedIn, expires_in: 0 }, onTokens: (pair) => pairs.push(pair) });
      await Promise.all([api.files.list(), api.account.get(), api.trash.list()]);
      expect(count('POST /api/auth/refresh 200')).toBe(1);
      expect(seen).toHaveLength(4);
      expect(pairs).toEqual([{ ...signedIn, expires_in: 0 }, api.tokens.pair]);
      expect(api.tokens.pair?.refresh_token).not.toBe(signedIn.refresh_token);
    });

    it('sends a body once more with the new token', async () => {
      api.tokens.keep(broken());
      const file = await api.files.upload({ body: { file: new File(['once more'], 'a.txt') } });
      expect(file.sha256).toBe(sha256('once more'));
      expect(count('POST /api/files 401')).toBe(1);
    });

    it('renews in another way', async () => {
      api = connected({
        tokens: { token: 'garbage.in.token', expires_in: 60 },
        renew: () => Promise.resolve(signedIn),
      });
      expect(await api.files.list()).toEqual([]);
      expect(count('POST /api/auth/refresh 200')).toBe(0);
    });

    it('forgets the tokens of a session that has ended, and says so', async () => {
      const pairs: (TokenPair | null)[] = [];
      api = connected({ tokens: signedIn, onTokens: (pair) => pairs.push(pair) });
      await connected({ tokens: signedIn }).sessions.signOut();
      await expect(api.files.list()).rejects.toMatchObject({ status: 401 });
      expect(api.tokens.pair).toBeNull();
      expect(pairs.at(-1)).toBeNull();
    });

    it('keeps the tokens when the service cannot be reached for new ones', async () => {
      const failing: typeof fetch = (input, init) =>
        (input as Request).url.endsWith('/refresh') ? Promise.reject(new TypeError()) : fetch(input, init);
      api = connected({ tokens: broken(), fetch: failing });
      await expect(api.files.list()).rejects.toThrow(ConnectionError);
      expect(api.tokens.pair).toEqual(broken());
    });

    describe('of one session', () => {
      const other: TokenPair = { token: 'other.user.token', expires_in: 900, refresh_token: 'other' };
      let sent: string[];
      let held: Gate;
      let arrived: Gate;

      /** Holds the requests to `path` until `held`, and notes the token of each of the others. */
      const holding = (path: string): typeof fetch => {
        return async (input, init) => {
          const request = new Request(input, init);
          const answer = await fetch(request);
          if (new URL(request.url).pathname !== path) return answer;
          sent.push(request.headers.get('authorization') ?? 'none');
          arrived.resolve();
          await held.promise;
          return answer;
        };
      };

      beforeEach(() => {
        sent = [];
        held = gate();
        arrived = gate();
      });

      it('sends no request of one user again with the token of another', async () => {
        api = connected({ tokens: broken(), fetch: holding('/api/files') });
        const list = api.files.list();
        await arrived.promise;
        api.tokens.keep(other);
        held.resolve();
        await expect(list).rejects.toMatchObject({ status: 401 });
        expect(sent).toEqual([`Bearer ${broken().token}`]);
        expect(api.tokens.pair).toEqual(other);
      });

      it('goes on with a pair of the same session that was renewed elsewhere', async () => {
        api = connected({ tokens: broken(), fetch: holding('/api/files') });
        const list = api.files.list();
        await arrived.promise;
        api.tokens.renewed(signedIn);
        held.resolve();
        expect(await list).toEqual([]);
        expect(sent).toEqual([`Bearer ${broken().token}`, `Bearer ${signedIn.token}`]);
      });

      it.each([
        { what: 'another sign-in', change: () => api.tokens.keep(other), left: other },
        { what: 'the end of the session', change: () => api.tokens.forget(), left: null },
      ])('drops a renewal that comes after $what', async ({ change, left }) => {
        const pairs: (TokenPair | null)[] = [];
        api = connected({
          tokens: { ...signedIn, expires_in: 0 },
          onTokens: (pair) => pairs.push(pair),
          fetch: holding('/api/auth/refresh'),
        });
        const list = api.files.list();
        await arrived.promise;
        change();
        held.resolve();
        await expect(list).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
        expect(api.tokens.pair).toEqual(left);
        expect(pairs.slice(1)).toEqual([left]);
      });

      it('does not end another session when the renewal of the one before is refused', async () => {
        await connected({ tokens: signedIn }).sessions.signOut();
        api = connected({ tokens: { ...signedIn, expires_in: 0 }, fetch: holding('/api/auth/refresh') });
        const list = api.files.list();
        await arrived.promise;
        api.tokens.keep(other);
        held.resolve();
        await expect(list).rejects.toMatchObject({ status: 401 });
        expect(api.tokens.pair).toEqual(other);
      });

      it.each([
        ['before it is sent', () => ({ ...signedIn, expires_in: 0 })],
        ['after it was refused', broken],
      ])('stops at a signal while it waits for a renewal %s, which goes on', async (_, pair) => {
        api = connected({ tokens: pair(), fetch: holding('/api/auth/refresh') });
        const stop = new AbortController();
        const stopped = api.files.list({ signal: stop.signal });
        const other = api.files.list({ signal: new AbortController().signal });
        await arrived.promise;
        stop.abort(new Error('by hand'));
        await expect(stopped).rejects.toThrow('by hand');
        expect(api.tokens.pair).toEqual(pair());
        held.resolve();
        expect(await other).toEqual([]);
        expect(sent).toHaveLength(1);
      });

      it('waits for no renewal of the session before', async () => {
        api = connected({ tokens: { ...signedIn, expires_in: 0 }, fetch: holding('/api/auth/refresh') });
        const late = api.tokens.renew();
        await arrived.promise;
        const { email } = await server.user(undefined, PASSWORD);
        const next = await api.account.signIn({ body: { email, password: PASSWORD } });
        api.tokens.keep({ ...next, expires_in: 0 });
        const mine = api.account.get();
        held.resolve();
        await expect(late).rejects.toMatchObject({ status: 401 });
        expect((await mine).email).toBe(email);
      });
    });

    it('renews nothing for a wrong password, and for a key', async () => {
      const wrong = api.account.signIn({ body: { email: 'nobody@example.org', password: 'a guess of it' } });
      await expect(wrong).rejects.toMatchObject({ code: 'invalid_credentials' });
      await expect(connected({ key: 'mk_unknown' }).files.list()).rejects.toMatchObject({ status: 401 });
      expect(seen).toEqual(['POST /api/users/login 401', 'GET /api/files 401']);
    });

    it('sends no token where none is needed', async () => {
      api.tokens.keep(broken());
      expect(await api.service.health()).toMatchObject({ status: 'healthy' });
      expect(await api.audit.checkpoint()).toContain('microservices-api');
    });
  });

  describe('paths', () => {
    it.each(['', '.', '..', undefined, null, [], ['..'], {}])('have no part that is %j', async (value) => {
      const id = value as string;
      const others = [
        () => api.trash.delete({ path: { id } }),
        () => api.sessions.end({ path: { id } }),
        () => api.versions.delete({ path: { id: UNKNOWN, version: value as number } }),
        () => api.files.download({ path: { id }, parseAs: 'stream' }),
        () => api.files.downloadHead({ path: { id } }),
      ];
      const errors = await Promise.all(others.map((send) => send().catch((error: unknown) => error)));
      for (const error of errors) expect(error).toBeInstanceOf(TypeError);
      const names = errors.map((error) => /parameter (\w+) must/.exec((error as Error).message)?.[1]);
      expect(names).toEqual(['id', 'id', 'version', 'id', 'id']);
      await expect(upload(api, new Blob(['a']), { name: 'a', resume: id ?? '' })).rejects.toThrow(TypeError);
      expect(seen).toEqual([]);
    });

    it('have values of more than dots as they are', async () => {
      await expect(api.files.describe({ path: { id: '...' } })).rejects.toMatchObject({ status: 404 });
      await expect(api.files.describe({ path: { id: '../trash' } })).rejects.toMatchObject({ status: 404 });
      expect(seen).toEqual(['GET /api/files/.../metadata 404', 'GET /api/files/..%2Ftrash/metadata 404']);
    });
  });

  describe('answers', () => {
    it('throws a refusal with all that its problem says', async () => {
      const refused = api.files.describe({ path: { id: UNKNOWN } });
      const error: unknown = await refused.catch((reason: unknown) => reason);
      expect(isRefusal(error, 'file_not_found')).toBe(true);
      expect(isRefusal(error, 'unauthorized')).toBe(false);
      const { status, code, problem, message, requestId, retryAfter } = error as ApiError;
      expect({ status, code, message, retryAfter }).toEqual({
        status: 404,
        code: 'file_not_found',
        message: 'You have no file with this id.',
        retryAfter: null,
      });
      expect(problem?.request_id).toBe(requestId);
    });

    it('throws a refusal without a code for an answer to HEAD, or of a proxy', async () => {
      const gone = api.files.downloadHead({ path: { id: UNKNOWN } });
      await expect(gone).rejects.toMatchObject({ status: 404, code: null });
      const proxied = connected({
        fetch: () =>
          Promise.resolve(new Response('<h1>Busy</h1>', { status: 503, headers: { 'retry-after': '7' } })),
      });
      const busy = proxied.files.list();
      await expect(busy).rejects.toMatchObject({ status: 503, code: null, problem: null, retryAfter: 7 });
    });

    it('throws another error when no answer comes, and the reason of a signal', async () => {
      const nowhere = connect({ url: `http://127.0.0.1:${await freePort()}` });
      await expect(nowhere.service.health()).rejects.toThrow(ConnectionError);
      const signal = AbortSignal.abort(new Error('by hand'));
      await expect(api.files.list({ signal })).rejects.toThrow('by hand');
    });

    /** An answer that ends after `text` as a connection does that breaks. */
    const cut = (text: string, init: ResponseInit) => {
      const stream = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
        pull: (controller) => controller.error(new TypeError('terminated')),
      });
      return new Response(stream, init);
    };
    const json = { 'content-type': 'application/json' };

    it.each([
      ['a refusal that breaks off', () => cut('{"code":', { status: 503, headers: json })],
      ['an answer that breaks off', () => cut('[{', { headers: json })],
      ['an answer that is no JSON', () => new Response('[{', { headers: json })],
      ['a page', () => new Response('<h1>', { headers: { 'content-type': 'text/html; charset=utf-8' } })],
    ])('throws a ConnectionError for %s', async (_, answer) => {
      const changed = connected({ key: 'k', fetch: () => Promise.resolve(answer()) });
      await expect(changed.files.list()).rejects.toThrow(ConnectionError);
    });

    const WISHES = ['arrayBuffer', 'auto', 'blob', 'json', 'text'] as const;

    it.each(WISHES)('throws a ConnectionError for a file that breaks off, read as %s', async (parseAs) => {
      const init = { headers: { ...json, 'content-disposition': 'attachment' } };
      const changed = connected({ key: 'k', fetch: () => Promise.resolve(cut('[{', init)) });
      const broken = changed.files.download({ path: { id: UNKNOWN }, parseAs });
      await expect(broken).rejects.toThrow(ConnectionError);
    });

    it.each([...WISHES, 'stream' as const])(
      'throws a ConnectionError for a page, read as %s',
      async (parseAs) => {
        const page = () => new Response('<h1>', { headers: { 'content-type': 'Text/HTML' } });
        const changed = connected({ key: 'k', fetch: () => Promise.resolve(page()) });
        const foreign = changed.files.download({ path: { id: UNKNOWN }, parseAs });
        await expect(foreign).rejects.toThrow('Not the service answered, but a page.');
      },
    );

    it('gives a content as it is wanted', async () => {
      const { id } = await api.files.upload({ body: { file: new File(['{"a":1}'], 'a') } });
      const as = (parseAs: (typeof WISHES)[number]): Promise<unknown> =>
        api.files.download({ path: { id }, parseAs });
      expect(Buffer.from((await as('arrayBuffer')) as ArrayBuffer).toString()).toBe('{"a":1}');
      expect(await ((await as('blob')) as Blob).text()).toBe('{"a":1}');
      expect(await as('json')).toEqual({ a: 1 });
      expect(await as('text')).toBe('{"a":1}');
    });

    it('throws the reason of a signal while a file arrives', async () => {
      const stop = new AbortController();
      const { id } = await api.files.upload({ body: { file: new File(['four'], 'a') } });
      const stopping: typeof fetch = async (input, init) => {
        const { headers } = await fetch(input, init);
        const pull = (controller: ReadableStreamDefaultController) => {
          stop.abort(new Error('by hand'));
          controller.error(stop.signal.reason);
        };
        return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers });
      };
      const from = connected({ tokens: signedIn, fetch: stopping });
      const stopped = from.files.download({ path: { id }, parseAs: 'blob', signal: stop.signal });
      await expect(stopped).rejects.toThrow('by hand');
    });

    it('throws the reason of a signal while a refusal arrives', async () => {
      const stop = new AbortController();
      const stuck: typeof fetch = () => {
        const stream = new ReadableStream({
          start: (controller) =>
            stop.signal.addEventListener('abort', () => controller.error(stop.signal.reason)),
        });
        setImmediate(() => stop.abort(new Error('by hand')));
        return Promise.resolve(new Response(stream, { status: 503 }));
      };
      const refused = connected({ key: 'k', fetch: stuck }).files.list({ signal: stop.signal });
      await expect(refused).rejects.toThrow('by hand');
    });

    it.each(['application/json', 'text/plain', 'application/pdf'])(
      'gives a file of %s as it is',
      async (type) => {
        const { id } = await api.files.upload({ body: { file: new File(['{"a":1}'], 'a', { type }) } });
        const blob = await api.files.download({ path: { id } });
        expect(await blob.text()).toBe('{"a":1}');
        expect(headersOf(blob).get('etag')).toBe(`"${sha256('{"a":1}')}"`);
      },
    );

    it('gives the header fields of an answer without a body', async () => {
      const { id } = await api.files.upload({ body: { file: new File(['four'], 'a') } });
      const head = await api.files.downloadHead({ path: { id } });
      expect(headersOf(head as object).get('content-length')).toBe('4');
    });

    it('gives every page of a list, also empty ones', async () => {
      for (const name of ['a', 'b', 'c']) await api.files.upload({ body: { file: new File([name], name) } });
      const sizes: number[] = [];
      for await (const page of pages((cursor) => api.files.list({ query: { cursor, limit: 2 } })))
        sizes.push(page.length);
      expect(sizes).toEqual([2, 1]);
      const none = items((cursor) => api.files.list({ query: { cursor, name: 'nowhere' } }));
      expect(await none.next()).toEqual({ done: true, value: undefined });
    });

    describe('of a list in one session', () => {
      let other: TokenPair;
      beforeEach(async () => {
        for (const name of ['a', 'b', 'c'])
          await api.files.upload({ body: { file: new File([name], name) } });
        const { email } = await server.user(undefined, PASSWORD);
        other = await api.account.signIn({ body: { email, password: PASSWORD } });
        seen = [];
      });
      const read = (cursor?: string) => api.files.list({ query: { cursor, limit: 1 } });

      it.each([
        ['another sign-in', () => api.tokens.keep(other)],
        ['the end of the session', () => api.tokens.forget()],
      ])('do not go on after %s', async (_, change) => {
        const list = items(read);
        expect((await list.next()).value).toMatchObject({ name: 'c' });
        change();
        await expect(list.next()).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
        expect(seen).toEqual(['GET /api/files 200']);
      });

      it('are not mixed when the other user signs in before a page is asked for', async () => {
        const list = pages(async (cursor) => {
          if (cursor !== undefined) await Promise.resolve(api.tokens.keep(other));
          return read(cursor);
        });
        await list.next();
        await expect(list.next()).rejects.toMatchObject({ status: 401 });
      });

      it('go on after a renewal', async () => {
        const names: string[] = [];
        for await (const { name } of items(read)) {
          names.push(name);
          await api.tokens.renew();
        }
        expect(names).toEqual(['c', 'b', 'a']);
      });
    });
  });

  describe('uploads', () => {
    const content = randomBytes(2_000_000);
    const blob = new Blob([content], { type: 'application/pdf' });
    const at = (url: string) => connect({ url, tokens: signedIn });

    it('goes on where it was when connections break', async () => {
      const proxy = await TcpProxy.to(server.url);
      let failures = 0;
      const stored: number[] = [];
      proxy.cutAfter = 900_000;
      const id = await upload(at(proxy.url), blob, {
        name: 'Straße "1".pdf',
        sha256: sha256(content),
        chunkSize: 700_000,
        onProgress: (offset) => stored.push(offset),
        backoff: () => {
          proxy.heal();
          if (++failures < 3) proxy.cutAfter = 500_000;
          return 1;
        },
      });
      await proxy.close();
      expect(failures).toBe(3);
      expect(stored).toEqual([...stored].sort((one, other) => one - other));
      expect(stored.at(-1)).toBe(content.length);
      const file = await api.files.describe({ path: { id } });
      expect(file).toMatchObject({ name: 'Straße "1".pdf', mime_type: 'application/pdf', size: 2_000_000 });
      expect(file.sha256).toBe(sha256(content));
    });

    it('uploads a file of no bytes, and a new content of a file', async () => {
      const id = await upload(api, new Blob([]), { name: 'empty' });
      expect(await upload(api, new Blob(['full']), { name: 'full', replaces: id })).toBe(id);
      expect(await api.files.describe({ path: { id } })).toMatchObject({ name: 'full', size: 4, version: 2 });
    });

    it('begins anew when the upload to go on with is gone', async () => {
      const begun: string[] = [];
      const id = await upload(api, blob, { name: 'a', resume: UNKNOWN, onBegin: (each) => begun.push(each) });
      expect(begun).toHaveLength(1);
      expect((await api.files.describe({ path: { id } })).sha256).toBe(sha256(content));
      // An upload that has become a file is that file.
      expect(await upload(api, blob, { name: 'a', resume: begun[0] })).toBe(id);
    });

    it('gives up after enough failures in a row', async () => {
      let begun = '';
      let failures = 0;
      const failing: typeof fetch = (input, init) =>
        begun === '' ? recorded(input, init) : Promise.reject(new TypeError());
      const doomed = upload(connected({ tokens: signedIn, fetch: failing }), blob, {
        name: 'a',
        onBegin: (id) => (begun = id),
        backoff: (count) => ((failures = count) < 3 ? 0 : null),
      });
      await expect(doomed).rejects.toThrow(ConnectionError);
      expect(failures).toBe(3);
    });

    it('does not go on with the upload of another length', async () => {
      const pause = new AbortController();
      let resume = '';
      const paused = upload(api, blob, {
        name: 'long',
        chunkSize: 1_000_000,
        signal: pause.signal,
        onBegin: (id) => (resume = id),
        onProgress: (stored) => stored > 0 && pause.abort(new Error('paused')),
      });
      await expect(paused).rejects.toThrow('paused');
      seen = [];
      const short = upload(api, new Blob(['short']), { name: 'long', resume });
      await expect(short).rejects.toThrow('The upload is one of 2000000 bytes, the content has 5.');
      expect(seen).toEqual([`HEAD /api/uploads/${resume} 200`]);
    });

    it('does not go on for another user', async () => {
      const { email } = await server.user(undefined, PASSWORD);
      const other = await api.account.signIn({ body: { email, password: PASSWORD } });
      const mine = upload(api, blob, {
        name: 'a',
        chunkSize: 1_000_000,
        onProgress: (stored) => stored > 0 && api.tokens.keep(other),
      });
      await expect(mine).rejects.toMatchObject({ status: 401 });
      expect(await api.uploads.list()).toEqual([]);
      expect(await api.files.list()).toEqual([]);
    });

    describe('with something between that changes answers', () => {
      const offset = (value: number) => ({ 'upload-offset': String(value) });
      const begun = { location: '/api/uploads/1', ...offset(0) };
      const asked = (value: number) => ({ 'upload-length': '5', ...offset(value) });
      const file = { 'content-location': '/api/files/2' };

      /** Uploads five bytes. Each request is answered with the fields of its method, without them by a page. */
      const between = async (answers: Readonly<Record<string, Record<string, string>>>) => {
        seen = [];
        const fixed: typeof fetch = (input) => {
          const { method } = input as Request;
          seen.push(method);
          if (seen.length > 50) return Promise.reject(new Error('This never ends.'));
          const headers = answers[method];
          return Promise.resolve(
            headers ? new Response(null, { headers }) : new Response('<h1>Sign in to the network</h1>'),
          );
        };
        return upload(connected({ key: 'k', fetch: fixed }), new Blob(['12345']), {
          name: 'a',
          backoff: (failures) => (failures < 3 ? 1 : null),
        });
      };

      it('ends when the answers are not those of the service', async () => {
        await expect(between({})).rejects.toThrow('The answer does not say where the upload is.');
        expect(seen).toEqual(['POST']);
      });

      it.each([
        ['no offset', {}],
        ['an offset behind the end', offset(6)],
        ['an offset that is no number', { 'upload-offset': '-1' }],
      ])('ends at %s', async (_, PATCH) => {
        await expect(between({ POST: begun, PATCH })).rejects.toThrow('The answer tells no offset');
        expect(seen).toEqual(['POST', 'PATCH']);
      });

      it('counts a part that was not stored as a failure', async () => {
        const stuck = between({ POST: begun, PATCH: offset(0), HEAD: asked(0) });
        await expect(stuck).rejects.toThrow('The service has stored nothing of what was sent.');
        expect(seen).toEqual(['POST', 'PATCH', 'HEAD', 'PATCH', 'HEAD', 'PATCH']);
      });

      it('asks for the file once when the last answer does not name it', async () => {
        const found = between({ POST: begun, PATCH: offset(5), HEAD: { ...asked(5), ...file } });
        expect(await found).toBe('2');
        expect(seen).toEqual(['POST', 'PATCH', 'HEAD']);
        const lost = between({ POST: begun, PATCH: offset(5), HEAD: asked(5) });
        await expect(lost).rejects.toThrow('names no file');
        expect(seen).toEqual(['POST', 'PATCH', 'HEAD']);
      });
    });

    it('tries nothing again that is refused for good', async () => {
      const wrong = upload(api, blob, { name: 'a', sha256: sha256('other bytes') });
      await expect(wrong).rejects.toMatchObject({ code: 'digest_mismatch' });
      expect(seen.map((line) => line.split(' ')[0])).toEqual(['POST', 'PATCH']);
    });

    it('stops at once while it waits', async () => {
      const stop = new AbortController();
      const failing: typeof fetch = () => Promise.reject(new TypeError());
      const stopped = upload(connected({ tokens: signedIn, fetch: failing }), blob, {
        name: 'a',
        signal: stop.signal,
        backoff: () => {
          setImmediate(() => stop.abort(new Error('by hand')));
          return 3_600_000;
        },
      });
      await expect(stopped).rejects.toThrow('by hand');
    });
  });

  describe('downloads', () => {
    const content = randomBytes(1_000_000);
    let id: string;
    let broken: Connection;

    /** The stream of an answer, which breaks after a piece. */
    const breaking: typeof fetch = async (input, init) => {
      const response = await recorded(input, init);
      if (response.body === null || !response.headers.has('content-disposition')) return response;
      const bytes = Buffer.from(await response.arrayBuffer());
      if (bytes.length <= PIECE) return new Response(bytes, response);
      let given = false;
      const stream = new ReadableStream({
        pull(controller) {
          if (given) return controller.error(new TypeError('terminated'));
          given = true;
          controller.enqueue(new Uint8Array(bytes.subarray(0, PIECE)));
        },
      });
      return new Response(stream, response);
    };

    beforeEach(async () => {
      ({ id } = await api.files.upload({ body: { file: new File([content], 'Straße "1".pdf') } }));
      seen = [];
      broken = connected({ tokens: signedIn, fetch: breaking });
    });

    const opened = (from: Connection, signal?: AbortSignal) =>
      download((request) => from.files.download({ path: { id }, ...request }), { signal, backoff: () => 0 });

    it('describes the file', async () => {
      const { name, size, etag, type, stream } = await opened(api);
      expect({ name, size, etag, type }).toEqual({
        name: 'Straße "1".pdf',
        size: content.length,
        etag: `"${sha256(content)}"`,
        type: 'application/octet-stream',
      });
      await stream.cancel();
    });

    it('goes on where it was when the stream breaks', async () => {
      const { stream } = await opened(broken);
      expect(sha256(await bytesOf(stream))).toBe(sha256(content));
      const path = `GET /api/files/${id}`;
      expect(seen).toEqual([`${path} 200`, `${path} 206`, `${path} 206`]);
    });

    it('does not go on with another content', async () => {
      const { stream } = await opened(broken);
      await api.files.replace({ path: { id }, body: { file: new File(['another'], 'a') } });
      await expect(bytesOf(stream)).rejects.toMatchObject({ code: 'precondition_failed' });
    });

    it.each([
      ['another sign-in', (other: TokenPair) => broken.tokens.keep(other)],
      ['the end of the session', () => broken.tokens.forget()],
    ])('does not go on after %s', async (_, change) => {
      const { email } = await server.user(undefined, PASSWORD);
      const other = await api.account.signIn({ body: { email, password: PASSWORD } });
      seen = [];
      const { stream } = await opened(broken);
      change(other);
      await expect(bytesOf(stream)).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
      expect(seen).toEqual([`GET /api/files/${id} 200`]);
    });

    it('goes on after a renewal', async () => {
      const { stream } = await opened(broken);
      await broken.tokens.renew();
      expect(sha256(await bytesOf(stream))).toBe(sha256(content));
    });

    it('goes on after a sign-in where no token is needed', async () => {
      const { token } = await api.shares.create({ path: { id }, body: { expires_in: 3600 } });
      const stranger = connected({ fetch: breaking });
      const { url } = await stranger.grants.open({ path: { token }, body: {} });
      const grant = url.split('/').at(-1)!;
      const { stream } = await download(
        (request) => stranger.grants.download({ path: { grant }, ...request }),
        {
          backoff: () => 0,
        },
      );
      stranger.tokens.keep(signedIn);
      expect(sha256(await bytesOf(stream))).toBe(sha256(content));
    });

    it('gives a file of no bytes', async () => {
      ({ id } = await api.files.upload({ body: { file: new File([], 'empty') } }));
      const { size, stream } = await opened(api);
      expect([size, await bytesOf(stream)]).toEqual([0, Buffer.alloc(0)]);
    });

    describe('with something between that changes answers', () => {
      const whole = { 'content-length': '10', etag: '"a"' };
      const rest = (range: string) => ({ ...whole, 'content-range': range });

      /** Reads a download whose answers have these fields and texts, the last one again and again. */
      const between = async (...answers: readonly (readonly [Record<string, string>, string])[]) => {
        seen = [];
        const fixed: typeof fetch = (input) => {
          const ranges = (input as Request).headers.get('range');
          const [headers, text] = answers[Math.min(seen.push(ranges ?? 'all'), answers.length) - 1]!;
          return Promise.resolve(new Response(text, { headers, status: ranges === null ? 200 : 206 }));
        };
        const from = connected({ key: 'k', fetch: fixed });
        const { stream } = await download((request) => from.files.download({ path: { id }, ...request }), {
          backoff: (failures) => (failures < 3 ? 0 : null),
        });
        return new Response(stream).text();
      };

      it.each([
        ['a page', { ...whole, 'content-type': 'text/html' }],
        ['what has no mark of a content', { 'content-length': '10' }],
        ['what has no type', { ...whole, 'content-type': '' }],
      ])('does not give %s as the content', async (_, headers) => {
        await expect(between([headers, '<h1>Hello!'])).rejects.toThrow(ConnectionError);
        expect(seen).toEqual(['all']);
      });

      it.each([
        ['a page', { 'content-type': 'text/html; charset=utf-8' }],
        ['something else', {}],
      ])('goes on after %s in the place of a part', async (_, headers) => {
        const parts = [
          [whole, '0123'],
          [headers, 'Hello'],
          [rest('bytes 4-9/10'), '456789'],
        ] as const;
        expect(await between(...parts)).toBe('0123456789');
        expect(seen).toEqual(['all', 'bytes=4-', 'bytes=4-']);
      });

      it('asks for the rest of a part that ended early', async () => {
        const parts = [
          [whole, '0123'],
          [rest('bytes 4-6/10'), '456'],
          [rest('bytes 7-9/10'), '789'],
        ] as const;
        expect(await between(...parts)).toBe('0123456789');
        expect(seen).toEqual(['all', 'bytes=4-', 'bytes=7-']);
      });

      it('fails when nothing more comes', async () => {
        const ended = between([whole, '0123'], [rest('bytes 4-9/10'), '']);
        await expect(ended).rejects.toThrow('The answer ended at byte 4 of 10.');
        expect(seen).toEqual(['all', 'bytes=4-', 'bytes=4-']);
      });

      it.each([
        ['another tag', { ...rest('bytes 4-9/10'), etag: '"b"' }],
        ['another length', rest('bytes 4-9/11')],
        ['another beginning', rest('bytes 3-9/10')],
      ])('does not go on with a part of %s', async (_, headers) => {
        await expect(between([whole, '0123'], [headers, '456789'])).rejects.toThrow('not from byte 4 of 10');
        expect(seen).toEqual(['all', 'bytes=4-']);
      });

      it.each(['', 'W/"a"'])('does not go on without a strong tag: %j', async (etag) => {
        const ended = between([{ ...whole, etag }, '0123'], [{ ...rest('bytes 4-9/10'), etag }, '456789']);
        await expect(ended).rejects.toThrow(ConnectionError);
        expect(seen).toEqual(['all']);
      });

      it('fails for more bytes than the file has', async () => {
        await expect(between([whole, '0123456789X'])).rejects.toThrow('more than the 10 bytes');
      });
    });

    it('takes the plain name when the other one is broken', async () => {
      const disposition = `attachment; filename="a.txt"; filename*=UTF-8''%E0%A4`;
      const answer = new Response('x', { headers: { 'content-disposition': disposition } });
      const from = connected({ key: 'k', fetch: () => Promise.resolve(answer) });
      expect((await opened(from)).name).toBe('a.txt');
    });

    it('stops at a signal', async () => {
      const stop = new AbortController();
      const { stream } = await opened(api, stop.signal);
      stop.abort(new Error('by hand'));
      await expect(bytesOf(stream)).rejects.toThrow('by hand');
    });
  });
});
