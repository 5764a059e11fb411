import { randomUUID } from 'node:crypto';
import { type Client, sha256 } from '../../support/client.js';
import type { Operation } from '../../support/api-document.js';
import { Sequencer } from '../../../src/audit/intake/sequencer.js';
import type { Role } from '../../../src/common/access/roles.js';
import { SCOPES } from '../../../src/common/access/scopes.js';
import type { TestApp } from '../../support/test-app.js';
import type { ApiRequest, RequestBody } from './requests.js';
import { KNOWN } from './values.js';

/** Sends requests as those who may, or may not, and puts in what is theirs. */
export class Callers {
  readonly #sessions = new Map<Role, Client>();
  readonly #keys = new Map<string, Client>();
  #keyOwner: Client;
  #bystander: Client;

  private constructor(private readonly server: TestApp) {}

  static async of(server: TestApp): Promise<Callers> {
    const callers = new Callers(server);
    callers.#keyOwner = await server.user();
    callers.#bystander = await server.user();
    return callers;
  }

  /** Sends a request; the client of the test looks whether the answer is in the document. */
  async send(operation: Operation, request: ApiRequest): Promise<{ status: number; code: string }> {
    const client = await this.#clientFor(operation, request);
    const path = await this.#pathOf(client, operation, request);
    const body = await this.#bodyOf(client, operation, request.body);
    const response = await client.fetch(path, {
      method: operation.method,
      body: body.content,
      headers: { ...request.headers, ...body.headers },
    });
    const text = await response.text();
    const { code } =
      response.status < 400 || text === '' ? { code: '' } : (JSON.parse(text) as { code: string });
    // The password is another now.
    if (operation.operationId === 'auth_changePassword' && response.ok) this.#sessions.clear();
    return { status: response.status, code };
  }

  async #clientFor(operation: Operation, { caller }: ApiRequest): Promise<Client> {
    const role = (operation['x-role'] ?? 'user') as Role;
    switch (caller) {
      case 'session':
        return this.#session(role);
      case 'key':
        return this.#key([operation['x-scope']!]);
      case 'weak key':
        return this.#key(SCOPES.filter((scope) => scope !== operation['x-scope']));
      case 'no role':
        return this.#session('user');
      case 'nobody':
        return this.server.client();
      case 'garbage': {
        const client = this.server.client();
        client.token = 'garbage.in.token';
        return client;
      }
    }
  }

  /** A user with this role who is still signed in. */
  async #session(role: Role): Promise<Client> {
    const known = this.#sessions.get(role);
    if (known !== undefined && (await known.json('GET', '/api/users/me')).status === 200) return known;
    const client = role === 'user' ? await this.server.user() : await this.server.userWithRole(role);
    this.#sessions.set(role, client);
    return client;
  }

  async #key(scopes: readonly string[]): Promise<Client> {
    const name = scopes.join(' ');
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const { body } = await this.#keyOwner.json<{ key: string }>('POST', '/api/auth/keys', { name, scopes });
    const client = this.server.client();
    client.token = body.key;
    this.#keys.set(name, client);
    return client;
  }

  async #pathOf(client: Client, operation: Operation, { path, query }: ApiRequest): Promise<string> {
    let url = operation.path;
    for (const [name, text] of Object.entries(path)) {
      const value = text === KNOWN ? await this.#knownId(client, operation.path) : text;
      url = url.replace(`{${name}}`, encodeURIComponent(value));
    }
    if (query.length === 0) return url;
    const texts = query.map(([name, text]) => [
      name,
      text === KNOWN ? client.userId || this.#keyOwner.userId : text,
    ]);
    return `${url}?${texts.map((pair) => pair.map((text) => encodeURIComponent(text)).join('=')).join('&')}`;
  }

  /** The id of something that a path names and that is there, the caller's or the key's owner's. */
  async #knownId(client: Client, path: string): Promise<string> {
    const owner = client.userId === '' ? this.#keyOwner : client;
    if (path.startsWith('/api/files/')) return (await owner.upload('bytes')).body.id;
    if (path.startsWith('/api/admin/')) return this.#bystander.userId;
    if (path.startsWith('/api/audit/')) {
      await this.server.app.get(Sequencer).run();
      return (await owner.trail())[0]!.id;
    }
    const list = path.startsWith('/api/auth/keys/') ? '/api/auth/keys' : '/api/auth/sessions';
    if (list === '/api/auth/keys') await owner.json('POST', list, { name: 'k', scopes: ['files:read'] });
    const { body } = await owner.json<{ id: string }[]>('GET', list);
    return body[0]!.id;
  }

  async #bodyOf(
    client: Client,
    operation: Operation,
    body: RequestBody,
  ): Promise<{ content?: string | FormData; headers: Record<string, string> }> {
    switch (body.kind) {
      case 'none':
        return { headers: {} };
      case 'raw':
        return { content: body.text, headers: { 'content-type': body.type } };
      case 'json': {
        const value = await this.#knownMembers(client, operation, body.value);
        return { content: JSON.stringify(value), headers: { 'content-type': 'application/json' } };
      }
      case 'form':
        return { content: formOf(body.parts), headers: {} };
    }
  }

  async #knownMembers(client: Client, { operationId }: Operation, value: unknown): Promise<unknown> {
    if (typeof value !== 'object' || value === null) return value;
    const owner = client.userId === '' ? this.#bystander : client;
    const known: Record<string, () => unknown> = {
      email: () => (operationId === 'auth_register' ? `new-${randomUUID()}@example.org` : owner.email),
      password: () => owner.password,
      current_password: () => owner.password,
      refresh_token: async () => (await owner.signIn()).body.refresh_token,
    };
    const members = Object.entries(value).map(async ([name, member]: [string, unknown]) => [
      name,
      member === KNOWN ? await known[name]!() : member,
    ]);
    return Object.fromEntries(await Promise.all(members)) as unknown;
  }
}

function formOf(parts: Extract<RequestBody, { kind: 'form' }>['parts']): FormData {
  const form = new FormData();
  const bytes = parts.find(({ field }) => field === 'file')?.content ?? '';
  for (const { field, fileName, content } of parts) {
    if (fileName !== undefined) form.append(field, new Blob([content]), fileName);
    else form.append(field, content === KNOWN ? sha256(bytes) : content);
  }
  return form;
}
