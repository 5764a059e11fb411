import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Client } from './client.js';
import { openRaw } from './raw-http.js';

/** `Upload-Metadata` of these values. */
export function metadataOf(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join();
}

/** `Upload-Checksum` of these bytes. */
export function checksumOf(bytes: Buffer, algorithm = 'sha1'): string {
  return `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`;
}

export interface TusAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The code of a refusal; empty otherwise. */
  readonly code: string;
  /** `Upload-Offset`; NaN without it. */
  readonly offset: number;
  /** The id of the file that the upload has become; null before. */
  readonly fileId: string | null;
}

type Fields = Readonly<Record<string, string>>;

/** Sends the requests of the tus protocol. */
export class TusClient {
  constructor(readonly client: Client) {}

  /** Begins an upload. @returns its path. */
  async begin(length: number, metadata: Fields = { filename: 'file.bin' }): Promise<string> {
    const answer = await this.create(length, metadata);
    if (answer.status !== 201) throw new Error(`the upload was refused: ${answer.status} ${answer.code}`);
    return answer.headers.get('location')!;
  }

  create(length: number, metadata: Fields = {}, headers: Fields = {}, bytes?: Buffer): Promise<TusAnswer> {
    const described: Fields =
      Object.keys(metadata).length === 0 ? {} : { 'upload-metadata': metadataOf(metadata) };
    return this.send(
      'POST',
      '/api/uploads',
      { 'upload-length': String(length), ...described, ...headers },
      bytes,
    );
  }

  patch(path: string, offset: number, bytes: Buffer, headers: Fields = {}): Promise<TusAnswer> {
    return this.send('PATCH', path, { 'upload-offset': String(offset), ...headers }, bytes);
  }

  head(path: string): Promise<TusAnswer> {
    return this.send('HEAD', path);
  }

  delete(path: string): Promise<TusAnswer> {
    return this.send('DELETE', path);
  }

  async send(method: string, path: string, headers: Fields = {}, bytes?: Buffer): Promise<TusAnswer> {
    const type: Fields = bytes === undefined ? {} : { 'content-type': 'application/offset+octet-stream' };
    const response = await this.client.fetch(path, {
      method,
      headers: { 'tus-resumable': '1.0.0', ...type, ...headers },
      body: bytes,
    });
    const text = await response.text();
    const { code = '' } = text === '' ? {} : (JSON.parse(text) as { code?: string });
    const offset = response.headers.get('upload-offset');
    const location = response.headers.get('content-location');
    return {
      status: response.status,
      headers: response.headers,
      code,
      offset: offset === null ? NaN : Number(offset),
      fileId: location?.replace('/api/files/', '') ?? null,
    };
  }
}

/** A PATCH whose head was sent, and that can send more. */
export interface OpenPatch {
  readonly socket: Socket;
  /** What it has got so far. */
  readonly answer: () => string;
}

/** The head of a PATCH of an upload, for a connection that the test holds itself. */
export function patchHead(client: Client, path: string, offset: number, length: number): string {
  return [
    `PATCH ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${client.token}`,
    'Content-Type: application/offset+octet-stream',
    `Upload-Offset: ${offset}`,
    `Content-Length: ${length}`,
    '',
    '',
  ].join('\r\n');
}

/** Begins a PATCH of an upload. @param url the instance to which it goes. */
export async function openPatch(
  client: Client,
  path: string,
  offset: number,
  length: number,
  url = client.url,
): Promise<OpenPatch> {
  const head = patchHead(client, path, offset, length);
  const socket = await openRaw(Number(new URL(url).port), head);
  let text = '';
  socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
  return { socket, answer: () => text };
}
