import { randomUUID } from 'node:crypto';
import { type Client, sha256 } from '../../support/client.js';
import type { Operation } from '../../support/api-document.js';
import { Sequencer } from '../../../src/audit/intake/sequencer.js';
import type { Role } from '../../../src/common/access/roles.js';
import { SCOPES } from '../../../src/common/access/scopes.js';
import { openShare, share, tokenOf } from '../../support/shares.js';
import { type EntityManager, Not } from 'typeorm';
import { Transactions } from '../../../src/database/transactions.js';
import { LETTERS, type LetterToken } from '../../../src/mail/letters/letters.js';
import { MailBudgetRow } from '../../../src/mail/mail-budget.entity.js';
import { MailedTokens } from '../../../src/mail/mailed-tokens.js';
import { addAuthenticator, Authenticator } from '../../support/authenticator.js';
import type { TestApp } from '../../support/test-app.js';
import { TusClient } from '../../support/tus.js';
import { ADD_PASSKEY, ASK_FOR_PASSKEY, KnownPasskeys } from './known-passkeys.js';
import type { ApiRequest, RequestBody } from './requests.js';
import { KNOWN } from './values.js';

/** A sign-in that waits for a code of this app. */
interface Challenged {
  readonly app: Authenticator;
  readonly challenge: string;
}

/** Before a session is so old that it must be confirmed. */
const YOUNG_MS = 5 * 60_000;
const SECOND_FACTOR = 'account_answerSecondFactor';

/** Sends requests with and without the needed rights, and fills in ids of the caller's own data. */
export class Callers {
  readonly #sessions = new Map<Role, { readonly client: Client; readonly since: number }>();
  readonly #keys = new Map<string, Client>();
  /** The app that was added last, whose code confirms it. */
  #app: Authenticator | null = null;
  #keyOwner: Client;
  #bystander: Client;
  readonly #passkeys: KnownPasskeys;

  private constructor(private readonly server: TestApp) {
    this.#passkeys = new KnownPasskeys(server);
  }

  static async of(server: TestApp): Promise<Callers> {
    const callers = new Callers(server);
    callers.#keyOwner = await server.user();
    callers.#bystander = await server.user();
    return callers;
  }

  /** Sends a request. The test client compares the answer with the document. */
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
    // A user has at most ten.
    if (operation.operationId === ADD_PASSKEY && response.ok)
      await client.json('DELETE', `/api/auth/factors/${(JSON.parse(text) as { id: string }).id}`);
    // An account and its network ask for a limited number of mails an hour.
    if (response.status === 202) await this.#forgetMails();
    // The password has changed.
    if (operation.operationId === 'account_changePassword' && response.ok) this.#sessions.clear();
    return { status: response.status, code };
  }

  async #forgetMails(): Promise<void> {
    await this.server.app
      .get(Transactions)
      .run(async (tx) => void (await tx.delete(MailBudgetRow, { windowEnds: Not('') })));
  }

  async #clientFor(operation: Operation, { caller }: ApiRequest): Promise<Client> {
    const role = (operation['x-role'] ?? 'user') as Role;
    switch (caller) {
      case 'session':
        return operation.operationId === ASK_FOR_PASSKEY ? this.#passkeys.user() : this.#session(role);
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

  /** A signed-in user with this role. */
  async #session(role: Role): Promise<Client> {
    const known = this.#sessions.get(role);
    const young = known !== undefined && Date.now() - known.since < YOUNG_MS;
    if (young && (await known.client.json('GET', '/api/users/me')).status === 200) return known.client;
    const client = role === 'user' ? await this.server.user() : await this.server.userWithRole(role);
    this.#sessions.set(role, { client, since: Date.now() });
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

  /** An id that exists for a path: of the caller's data, or of that of the key's owner. */
  async #knownId(client: Client, path: string): Promise<string> {
    const owner = client.userId === '' ? this.#keyOwner : client;
    if (path.startsWith('/api/files/')) {
      const { id } = (await owner.upload('bytes')).body;
      // Version 1 is then an earlier one.
      if (path.includes('/versions/')) await owner.replace(id, 'other bytes');
      return id;
    }
    if (path.startsWith('/api/shares/')) {
      const { id } = (await owner.upload('bytes')).body;
      return (await share(owner, id)).body.id;
    }
    if (path.startsWith('/api/public/')) {
      const { id } = (await owner.upload('bytes')).body;
      const { token } = (await share(owner, id)).body;
      if (path.startsWith('/api/public/shares/')) return token;
      return tokenOf((await openShare(owner, token)).body);
    }
    if (path.startsWith('/api/trash/')) {
      const { id } = (await owner.upload('bytes')).body;
      await owner.json('DELETE', `/api/files/${id}`);
      return id;
    }
    if (path.startsWith('/api/uploads/')) return this.#knownUpload(owner);
    if (path.startsWith('/api/admin/invitations/')) return (await this.#newInvitation()).id;
    if (path.startsWith('/api/auth/factors/')) {
      const { body } = await owner.json<{ id: string; secret: string }>('POST', '/api/auth/factors/totp', {});
      this.#app = new Authenticator(body.id, body.secret);
      return body.id;
    }
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

  /** A new user's sign-in that waits for a second factor. */
  async #challenged(): Promise<Challenged> {
    const user = await this.server.user();
    const { app } = await addAuthenticator(user);
    const { body } = await user.json<{ challenge: string }>('POST', '/api/users/login', {
      email: user.email,
      password: user.password,
    });
    return { app, challenge: body.challenge };
  }

  /** The token of a link to a new user. */
  async #mailedToken(operationId: string): Promise<string> {
    const { userId, email } = await this.server.user();
    const issue = (tx: EntityManager) =>
      this.server.app.get(MailedTokens).issue(tx, { userId, email }, LINKS.get(operationId)!);
    return this.server.app.get(Transactions).run(issue);
  }

  /** A new invitation, in the place of all earlier ones. */
  async #newInvitation(): Promise<{ id: string; token: string }> {
    const admin = await this.#session('admin');
    const path = '/api/admin/invitations';
    const { body: earlier } = await admin.json<{ id: string }[]>('GET', `${path}?limit=200`);
    for (const { id } of earlier) await admin.json('DELETE', `${path}/${id}`);
    return (await admin.json<{ id: string; token: string }>('POST', path, {})).body;
  }

  /** A new upload of 10 bytes, in the place of all earlier ones. */
  async #knownUpload(owner: Client): Promise<string> {
    const tus = new TusClient(owner);
    const { body } = await owner.json<{ id: string }[]>('GET', '/api/uploads?limit=200');
    for (const { id } of body) await tus.delete(`/api/uploads/${id}`);
    return (await tus.begin(10)).split('/').at(-1)!;
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
    let challenged: Promise<Challenged> | null = null;
    const waiting = () => (challenged ??= this.#challenged());
    let answered: ReturnType<KnownPasskeys['answerFor']> | null = null;
    const passkey = () => (answered ??= this.#passkeys.answerFor(operationId, owner));
    const known: Record<string, () => unknown> = {
      email: () => (operationId === 'account_register' ? `new-${randomUUID()}@example.org` : owner.email),
      password: () => owner.password,
      current_password: () => owner.password,
      refresh_token: async () => (await owner.signIn()).body.refresh_token,
      token: () => this.#mailedToken(operationId),
      invitation: async () => (await this.#newInvitation()).token,
      challenge: async () =>
        operationId === SECOND_FACTOR ? (await waiting()).challenge : (await passkey())?.challenge,
      credential: async () => (await passkey())?.credential,
      code: async () =>
        (operationId === SECOND_FACTOR ? (await waiting()).app : this.#app)?.next() ?? '000000',
    };
    const members = Object.entries(value).map(async ([name, member]: [string, unknown]) => [
      name,
      member === KNOWN ? await known[name]!() : member,
    ]);
    return Object.fromEntries(await Promise.all(members)) as unknown;
  }
}

/** The letter whose link an operation takes. */
const LINKS = new Map<string, LetterToken>([
  ['account_resetPassword', LETTERS.password_reset.token],
  ['account_confirmEmail', LETTERS.email_verification.token],
]);

function formOf(parts: Extract<RequestBody, { kind: 'form' }>['parts']): FormData {
  const form = new FormData();
  const bytes = parts.find(({ field }) => field === 'file')?.content ?? '';
  for (const { field, fileName, content } of parts) {
    if (fileName !== undefined) form.append(field, new Blob([content]), fileName);
    else form.append(field, content === KNOWN ? sha256(bytes) : content);
  }
  return form;
}
