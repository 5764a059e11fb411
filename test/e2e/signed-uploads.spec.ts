import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, FileBody } from '../support/client.js';
import { rawExchange, statusOf } from '../support/raw-http.js';
import { digestOf, formOf, Signer, type Unsigned } from '../support/signer.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { metadataOf, TusClient } from '../support/tus.js';
import { usageOf } from '../support/usage.js';

const MIB = 1024 * 1024;
const OFFSET_STREAM = { 'content-type': 'application/offset+octet-stream' };

/** How a body is sent: with its length, or in chunks. */
type Framing = 'length' | 'chunks';

describe('signed uploads', () => {
  let server: TestApp;
  let owner: Client;
  let anybody: Client;
  let signer: Signer;
  beforeAll(async () => {
    server = await startApp();
    anybody = server.client();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    owner = await server.user();
    signer = await Signer.of(owner);
  });

  interface Sent extends Omit<Unsigned, 'url'> {
    readonly path: string;
    readonly body: Buffer;
    /** The body that is signed, when it is not the one that is sent. */
    readonly signed?: Buffer;
  }

  /** Sends a signed request. @returns its status, and its code when it is refused. */
  async function send({ method, path, headers, body, signed = body }: Sent, framing: Framing = 'length') {
    const fields = signer.headersOf({ method, url: server.url + path, headers, body: signed });
    const answer = await anybody.fetch(path, {
      method,
      headers: fields,
      ...(framing === 'length' ? { body } : { body: new Blob([body]).stream(), duplex: 'half' as const }),
    });
    const text = await answer.text();
    const { code, id } = (text === '' ? {} : JSON.parse(text)) as { code?: string; id?: string };
    return { status: answer.status, code, id, location: answer.headers.get('location') };
  }

  /** The head of a signed upload of `body`, with `forged` in place of what was signed. */
  function headOf(
    body: Buffer,
    headers: Record<string, string>,
    forged: Record<string, string> = {},
  ): string {
    const url = `${server.url}/api/files`;
    const fields = { ...signer.headersOf({ method: 'POST', url, headers, body }), ...forged };
    const lines = [
      'POST /api/files HTTP/1.1',
      `Host: ${new URL(url).host}`,
      `Content-Length: ${body.length}`,
      ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
    ];
    return `${lines.join('\r\n')}\r\n\r\n`;
  }

  /** What is stored and counted, which a refused upload must not change. */
  async function everything() {
    const { body: files } = await owner.json<FileBody[]>('GET', '/api/files');
    const { body: uploads } = await owner.json<{ id: string; offset: number }[]>('GET', '/api/uploads');
    return {
      files: files.map(({ id, version, sha256 }) => [id, version, sha256]),
      uploads: uploads.map(({ id, offset }) => [id, offset]),
      usage: await usageOf(server, owner.userId),
      objects: (await server.stored()).sort(),
    };
  }

  const REFUSED = { status: 401, code: 'invalid_signature' };
  const framings: Framing[] = ['length', 'chunks'];

  describe.each(framings)('by %s', (framing) => {
    it('store a new file and a new content, when the digest of the whole form matches', async () => {
      const form = formOf(randomBytes(300_000));
      const { status, id } = await send({ method: 'POST', path: '/api/files', ...form }, framing);
      expect(status).toBe(201);
      const replaced = await send(
        { method: 'PUT', path: `/api/files/${id}`, ...formOf(Buffer.from('2')) },
        framing,
      );
      expect(replaced.status).toBe(200);
      expect((await owner.download(id!)).body.toString()).toBe('2');
      const [entry] = await owner.trail('&action=FILE_UPLOAD');
      expect(entry!.metadata.by_key).toBe(signer.keyId);
    });

    it('store nothing of a form that is not the signed one', async () => {
      const { body: file } = await owner.upload('the first content');
      const before = await everything();
      const form = formOf(randomBytes(300_000));
      const last = Buffer.concat([form.body.subarray(0, -30), Buffer.from('x'), form.body.subarray(-29)]);
      const longer = Buffer.concat([form.body, Buffer.from('\r\n')]);
      const renamed = formOf(form.body.subarray(70, -20), 'another.bin').body;
      for (const body of [last, longer, renamed]) {
        for (const [method, path] of [
          ['POST', '/api/files'],
          ['PUT', `/api/files/${file.id}`],
        ] as const) {
          const sent = { method, path, headers: form.headers, body, signed: form.body };
          expect(await send(sent, framing)).toMatchObject(REFUSED);
        }
      }
      expect(await everything()).toEqual(before);
      const refusals = await owner.trail('&action=FILE_REFUSED');
      expect(refusals).toHaveLength(6);
      expect(refusals[0]!.metadata).toMatchObject({ reason: 'invalid_signature', by_key: signer.keyId });
    });

    it('repeat a first result only for the signed form', async () => {
      const form = formOf(Buffer.from('once'));
      const headers = { ...form.headers, 'idempotency-key': randomUUID() };
      const first = await send({ method: 'POST', path: '/api/files', headers, body: form.body }, framing);
      const again = await send({ method: 'POST', path: '/api/files', headers, body: form.body }, framing);
      expect([first.status, again.id]).toEqual([201, first.id]);
      const signed = formOf(Buffer.from('else')).body;
      const forged = { method: 'POST', path: '/api/files', headers, body: form.body, signed };
      expect(await send(forged, framing)).toMatchObject(REFUSED);
    });

    it('append to a resumable upload all of a signed piece, or nothing', async () => {
      const tus = new TusClient(owner);
      const bytes = randomBytes(200_000);
      const path = await tus.begin(bytes.length);
      const patch = (offset: number, body: Buffer, signed = body) => {
        const headers = { ...OFFSET_STREAM, 'upload-offset': String(offset) };
        return send({ method: 'PATCH', path, headers, body, signed }, framing);
      };
      const [head, tail] = [bytes.subarray(0, 70_000), bytes.subarray(70_000)];
      const before = await everything();
      expect(await patch(0, bytes.subarray(1, 70_001), head)).toMatchObject(REFUSED);
      expect((await tus.head(path)).offset).toBe(0);
      expect((await patch(0, head)).status).toBe(204);
      expect((await tus.head(path)).offset).toBe(70_000);
      const middle = await everything();
      expect(await patch(70_000, Buffer.alloc(tail.length), tail)).toMatchObject(REFUSED);
      expect(await everything()).toEqual(middle);
      expect((await patch(70_000, tail)).status).toBe(204);
      const { fileId, offset } = await tus.head(path);
      expect(offset).toBe(bytes.length);
      expect((await owner.download(fileId!)).body.equals(bytes)).toBe(true);
      // What is repeated after the end is compared, too.
      expect(await patch(bytes.length, Buffer.alloc(0), Buffer.from('x'))).toMatchObject(REFUSED);
      expect(middle.usage.counted).toEqual(before.usage.counted);
    });

    it('begin a resumable upload with its bytes, or leave nothing', async () => {
      const bytes = randomBytes(100_000);
      const headers = {
        ...OFFSET_STREAM,
        'upload-length': String(bytes.length),
        'upload-metadata': metadataOf({ filename: 'signed.bin' }),
      };
      const before = await everything();
      const request = { method: 'POST', path: '/api/uploads', headers };
      expect(
        await send({ ...request, body: Buffer.alloc(bytes.length), signed: bytes }, framing),
      ).toMatchObject(REFUSED);
      expect(await everything()).toEqual(before);
      const { status, location } = await send({ ...request, body: bytes }, framing);
      expect(status).toBe(201);
      expect((await new TusClient(owner).head(location!)).offset).toBe(bytes.length);
    });
  });

  it('take a checksum besides, and compare both', async () => {
    const tus = new TusClient(owner);
    const path = await tus.begin(10);
    const body = Buffer.from('0123456789');
    const headers = { ...OFFSET_STREAM, 'upload-offset': '0' };
    const checksum = { 'upload-checksum': `sha1 ${Buffer.alloc(20).toString('base64')}` };
    const wrong = await send({ method: 'PATCH', path, headers: { ...headers, ...checksum }, body });
    expect([wrong.status, wrong.code]).toEqual([460, 'checksum_mismatch']);
    expect((await send({ method: 'PATCH', path, headers, body })).status).toBe(204);
  });

  it('begin and end upload without bytes, which have no digest', async () => {
    const headers = { 'upload-length': '5' };
    const url = `${server.url}/api/uploads`;
    const answer = await anybody.fetch('/api/uploads', {
      method: 'POST',
      headers: signer.headersOf({ method: 'POST', url, headers }),
    });
    expect(answer.status).toBe(201);
    const path = answer.headers.get('location')!;
    expect((await signer.fetch(anybody, 'DELETE', path)).status).toBe(204);
  });

  it('are refused before the body arrives when the signature is wrong', async () => {
    const { body, headers } = formOf(randomBytes(MIB));
    const before = await everything();
    const head = headOf(body, headers, { 'content-digest': digestOf(Buffer.from('x')) });
    const answer = await rawExchange(server.port, [head]);
    expect(statusOf(answer)).toBe(401);
    expect(await everything()).toEqual(before);
  });

  it('leave nothing when the client goes away in the middle', async () => {
    const { body, headers } = formOf(randomBytes(MIB));
    const before = await everything();
    const begun = [headOf(body, headers), body.subarray(0, MIB / 2)];
    await rawExchange(server.port, begun, { timeoutMs: 500 });
    for (let left = 100; left > 0; left--) {
      const { objects } = await everything();
      if (objects.length === before.objects.length) break;
      await delay(50);
    }
    expect(await everything()).toEqual(before);
  });

  it('stream: bytes are stored while the rest, and so the digest, is not known yet', async () => {
    const pieces = 20;
    const [head, tail] = formOf(Buffer.from('|')).body.toString('latin1').split('|') as [string, string];
    const parts = [Buffer.from(head), ...Array<Buffer>(pieces).fill(randomBytes(MIB)), Buffer.from(tail)];
    const fields = signer.headersOf({
      method: 'POST',
      url: `${server.url}/api/files`,
      headers: formOf(Buffer.alloc(0)).headers,
      body: Buffer.concat(parts),
    });
    let sent = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        if (sent === parts.length / 2) await reserved(pieces / 4);
        if (sent === parts.length) return controller.close();
        controller.enqueue(parts[sent++]!);
      },
    });
    const init = { method: 'POST', headers: fields, body: stream, duplex: 'half' as const };
    const answer = await anybody.fetch('/api/files', init);
    const { size } = (await answer.json()) as FileBody;
    expect([answer.status, size]).toEqual([201, pieces * MIB]);
  });

  /** Resolves when so many MiB are on their way into the storage: a chunked upload reserves them as they arrive. */
  async function reserved(mib: number): Promise<void> {
    while ((await usageOf(server, owner.userId)).counted.reserved < mib * MIB) await delay(20);
  }
});
