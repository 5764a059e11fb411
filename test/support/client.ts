import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiDocument, isJson } from './api-document.js';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface FileBody {
  id: string;
  user_id: string;
  name: string;
  size: number;
  mime_type: string;
  sha256: string;
  created: string;
  version: number;
  updated: string;
}

export interface AuditBody {
  id: string;
  user_id: string | null;
  actor: { type: string; id: string | null };
  action: string;
  resource: string | null;
  resource_type: string | null;
  ip: string | null;
  user_agent: string | null;
  metadata: Record<string, unknown>;
  timestamp: string;
  outcome: string;
  request_id: string | null;
  seq: number | null;
}

export interface VersionBody {
  version: number;
  name: string;
  size: number;
  mime_type: string;
  sha256: string;
  created: string;
  current: boolean;
}

interface UploadOptions {
  readonly name?: string;
  readonly type?: string;
  readonly sha256?: string;
  readonly headers?: Record<string, string>;
}

interface SignInBody {
  readonly token: string;
  readonly user: { readonly id: string };
  readonly code?: string;
}

/** A client of the API with its token. */
export class Client {
  token = '';
  userId = '';
  email = '';
  password = '';

  /** With `document`, every answer must match the document. */
  constructor(
    readonly url: string,
    private readonly document: ApiDocument | null = null,
  ) {}

  /** Registers the user. On a slow machine hashes may be refused as busy; it then tries again. */
  async register(email: string, password: string): Promise<void> {
    const input = { email, password };
    let answer = await this.json<SignInBody>('POST', '/api/users/register', input);
    while (answer.body.code === 'busy') {
      await delay(200);
      answer = await this.json<SignInBody>('POST', '/api/users/register', input);
    }
    if (answer.status !== 201)
      throw new Error(`register answered ${answer.status} ${JSON.stringify(answer.body)}`);
    Object.assign(this, { token: answer.body.token, userId: answer.body.user.id, email, password });
  }

  async signIn(
    email = this.email,
    password = this.password,
  ): Promise<Answer<{ token: string; refresh_token: string; code?: string }>> {
    return this.json('POST', '/api/users/login', { email, password });
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.token !== '' && !headers.has('authorization'))
      headers.set('authorization', `Bearer ${this.token}`);
    const response = await fetch(this.url + path, { ...init, headers });
    await this.#requireDescribed(init.method ?? 'GET', path, response);
    return response;
  }

  /** Sends and receives JSON; a body that is not JSON comes back as `{}`. */
  async json<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await this.fetch(path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return answerOf<T>(response);
  }

  /** Every page of a list, following the `Link` headers. */
  async pages<T>(path: string): Promise<T[][]> {
    const pages: T[][] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const answer: Answer<T[]> = await this.json<T[]>('GET', next);
      if (answer.status !== 200) throw new Error(`${next} answered ${answer.status}`);
      pages.push(answer.body);
      next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    return pages;
  }

  async upload(
    bytes: Buffer | string,
    options: UploadOptions = {},
  ): Promise<Answer<FileBody & { code?: string }>> {
    return this.#send('POST', '/api/files', bytes, options);
  }

  /** Gives a file a new content. */
  async replace(
    id: string,
    bytes: Buffer | string,
    options: UploadOptions = {},
  ): Promise<Answer<FileBody & { code?: string }>> {
    return this.#send('PUT', `/api/files/${id}`, bytes, options);
  }

  async #send(
    method: string,
    path: string,
    bytes: Buffer | string,
    { name = 'file.bin', type = 'application/octet-stream', sha256: digest, headers }: UploadOptions,
  ): Promise<Answer<FileBody & { code?: string }>> {
    const form = new FormData();
    form.set('file', new Blob([bytes], { type }), name);
    if (digest !== undefined) form.set('sha256', digest);
    return answerOf(await this.fetch(path, { method, body: form, headers }));
  }

  async download(id: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer<Buffer>> {
    return this.#bytes(`/api/files/${id}`, headers, method);
  }

  /** Downloads a content of a file by its number. */
  async downloadVersion(
    id: string,
    version: number,
    headers: Record<string, string> = {},
    method = 'GET',
  ): Promise<Answer<Buffer>> {
    return this.#bytes(`/api/files/${id}/versions/${version}`, headers, method);
  }

  async #bytes(path: string, headers: Record<string, string>, method: string): Promise<Answer<Buffer>> {
    const response = await this.fetch(path, { method, headers });
    return {
      status: response.status,
      headers: response.headers,
      body: Buffer.from(await response.arrayBuffer()),
    };
  }

  async #requireDescribed(method: string, path: string, response: Response): Promise<void> {
    if (this.document === null) return;
    const { status, headers } = response;
    const json: unknown = isJson(headers) && method !== 'HEAD' ? await response.clone().json() : undefined;
    const faults = this.document.faults(method, path, { status, headers, json });
    if (faults.length > 0)
      throw new Error(`${method} ${path}: the document does not have ${faults.join('; ')}`);
  }

  /** The newest entries of the audit trail that match the filters. */
  async trail(query = ''): Promise<AuditBody[]> {
    const { body } = await this.json<AuditBody[]>('GET', `/api/audit/logs?limit=200${query}`);
    return body;
  }
}

/** The answer with its body as JSON; `{}` when it is not JSON. */
export async function answerOf<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson && text !== '' ? JSON.parse(text) : {}) as T,
  };
}

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
