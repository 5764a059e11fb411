import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { Agent, request as requestTls } from 'node:https';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { DefaultHttpStack, Upload } from 'tus-js-client';
import { sha256 } from '../support/client.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { Http2Client } from '../support/http2-client.js';
import { rawExchange, statusOf } from '../support/raw-http.js';
import { openShare, pathOf, share } from '../support/shares.js';
import { formOf, Signer } from '../support/signer.js';
import { TusClient } from '../support/tus.js';

const MIB = 1024 * 1024;
const HSTS = 'max-age=63072000';
const PASSPHRASE = 'a long enough passphrase';
const run = promisify(execFile);

/** What a handshake with exactly this version came to. */
interface Handshake {
  readonly protocol: string | null;
  readonly alpn: string | false | null;
  readonly cipher: string;
}

describe.each(['none', 'x-accel'])('behind nginx with TLS, downloads handed over: %s', (offload) => {
  let cluster: Cluster;
  let port: number;
  let ca: Buffer;
  let client: Http2Client;
  const opened: Http2Client[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ instances: 2, tls: true, environment: { DOWNLOAD_OFFLOAD: offload } });
    port = Number(new URL(cluster.url).port);
    ca = await readFile(join(cluster.nginx.certificates, 'fullchain.pem'));
    client = another();
    await client.register('ada@example.org', PASSPHRASE);
  });
  afterAll(async () => {
    for (const one of opened) one.close();
    await cluster.stop();
  });

  /** A connection of its own, with the token of the user. */
  function another(): Http2Client {
    const made = new Http2Client(cluster.url, ca);
    opened.push(made);
    return made;
  }

  /** `@SECLEVEL=0`, because OpenSSL itself offers the old versions at no other level. */
  function handshake(version: SecureVersion, ciphers = 'ALL:@SECLEVEL=0'): Promise<Handshake> {
    return new Promise((resolve, reject) => {
      const socket: TLSSocket = connect(
        {
          port,
          host: 'localhost',
          ca,
          minVersion: version,
          maxVersion: version,
          ciphers,
          ALPNProtocols: ['h2', 'http/1.1'],
        },
        () => {
          resolve({
            protocol: socket.getProtocol(),
            alpn: socket.alpnProtocol,
            cipher: socket.getCipher().name,
          });
          socket.end();
        },
      );
      socket.once('error', reject);
    });
  }

  /** An answer to HTTP/1.1 over TLS: its status and header fields. */
  function head(path: string): Promise<{ status: number; headers: Record<string, unknown> }> {
    return new Promise((resolve, reject) => {
      requestTls(cluster.url + path, { ca, agent: false }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode!, headers: answer.headers });
      })
        .once('error', reject)
        .end();
    });
  }

  describe('the connection', () => {
    it.each(['TLSv1', 'TLSv1.1'] as const)('is refused with %s', async (version) => {
      await expect(handshake(version)).rejects.toMatchObject({
        code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      });
    });

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('is made with %s, and HTTP/2', async (version) => {
      const { protocol, alpn, cipher } = await handshake(version);
      expect([protocol, alpn]).toEqual([version, 'h2']);
      expect(cipher).toMatch(/GCM|CHACHA20/);
    });

    it.each(['AES128-SHA', 'ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES128-SHA256', 'AES128-GCM-SHA256'])(
      'is refused with %s, which has no forward secrecy or no authenticated encryption',
      async (cipher) => {
        await expect(handshake('TLSv1.2', `${cipher}:@SECLEVEL=0`)).rejects.toMatchObject({
          code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
        });
      },
    );

    it('says the same to openssl s_client, has a certificate for this host, and gives no ticket', async () => {
      const speak = async (...options: string[]) => {
        const file = join(cluster.nginx.certificates, 'fullchain.pem');
        const trust = ['-CAfile', file, '-verify_hostname', 'localhost', '-verify_return_error'];
        const running = run('openssl', ['s_client', '-connect', `localhost:${port}`, ...trust, ...options]);
        running.child.stdin!.end();
        return (await running).stdout;
      };
      const text = await speak('-tls1_2');
      expect(text).toContain('Verify return code: 0 (ok)');
      expect(text).toContain('Protocol  : TLSv1.2');
      expect(text).not.toContain('TLS session ticket');
      await expect(speak('-tls1_1', '-cipher', 'ALL:@SECLEVEL=0')).rejects.toMatchObject({
        stderr: expect.stringContaining('alert protocol version'),
      });
    });

    it('takes a new certificate while it runs', async () => {
      await rm(cluster.nginx.certificates, { recursive: true });
      await run('deploy/make-certificate', [cluster.nginx.certificates]);
      const renewed = await readFile(join(cluster.nginx.certificates, 'fullchain.pem'));
      await cluster.nginx.reload();
      const made = new Http2Client(cluster.url, renewed);
      opened.push(made);
      expect((await made.json('GET', '/health')).status).toBe(200);
      ca = renewed;
      made.token = client.token;
      client = Object.assign(made, { userId: client.userId });
    });
  });

  describe('HTTP on port 80', () => {
    it.each(['/', '/s/abc?x=%2F&y=1', '/metrics', '/api/files?limit=5'])(
      'is sent to HTTPS, with path and query: %s',
      async (target) => {
        const text = await rawExchange(cluster.nginx.plainPort, [
          `GET ${target} HTTP/1.1\r\nHost: Files.example.org:80\r\n\r\n`,
        ]);
        expect(statusOf(text)).toBe(308);
        expect(text).toContain(`Location: https://files.example.org${target}\r\n`);
        // RFC 6797, section 7.2: not without TLS.
        expect(text).not.toMatch(/strict-transport-security/i);
      },
    );

    it('is sent there with every method, whatever the size', async () => {
      const text = await rawExchange(cluster.nginx.plainPort, [
        `POST /api/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${100 * MIB}\r\n\r\n`,
      ]);
      expect([statusOf(text), text.includes('Location: https://localhost/api/files\r\n')]).toEqual([
        308,
        true,
      ]);
    });

    it('has problem documents for what cannot be read, there and on the port of TLS', async () => {
      for (const where of [cluster.nginx.plainPort, port]) {
        const text = await rawExchange(where, ['GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n']);
        expect([where, statusOf(text)]).toEqual([where, 400]);
        expect(text).toMatch(/content-type: application\/problem\+json/i);
      }
    });
  });

  describe('HTTPS', () => {
    it('tells browsers once, on answers of the service and of nginx, to come by HTTPS alone', async () => {
      for (const [path, status] of [
        ['/health', 200],
        ['/api/files', 401],
        ['/docs', 200],
        ['/metrics', 403],
        ['/internal/blobs/x', 404],
      ] as const) {
        const anonymous = await head(path);
        expect([path, anonymous.status, anonymous.headers['strict-transport-security']]).toEqual([
          path,
          status,
          HSTS,
        ]);
      }
    });

    it('gives back the bytes of an upload, whole, in part and by condition', async () => {
      const bytes = randomBytes(6 * MIB);
      const { status, body } = await client.upload(bytes, {
        name: 'für "später".pdf',
        type: 'application/pdf',
      });
      expect(status).toBe(201);
      const whole = await client.download(body.id);
      expect([whole.status, sha256(whole.body)]).toEqual([200, sha256(bytes)]);
      expect(whole.headers.get('strict-transport-security')).toBe(HSTS);
      expect(whole.headers.get('x-accel-redirect')).toBeNull();
      const part = await client.download(body.id, { range: 'bytes=5000000-5999999' });
      expect([part.status, part.body.equals(bytes.subarray(5_000_000, 6_000_000))]).toEqual([206, true]);
      const tag = `"${body.sha256}"`;
      expect((await client.download(body.id, { 'if-none-match': tag })).status).toBe(304);
    });

    it('accepts 50 MiB, and refuses one byte more and a body that is much larger', async () => {
      expect((await client.upload(Buffer.alloc(50 * MIB))).status).toBe(201);
      const more = await client.upload(Buffer.alloc(50 * MIB + 1));
      expect([more.status, more.body.code]).toEqual([413, 'file_too_large']);
      const much = await client.upload(Buffer.alloc(54 * MIB));
      expect([much.status, much.body.code, much.headers.get('strict-transport-security')]).toEqual([
        413,
        'body_too_large',
        HSTS,
      ]);
    });

    it('streams an upload: the service sees bytes before the last one is sent', async () => {
      const bytes = randomBytes(4 * MIB);
      const path = await new TusClient(client).begin(bytes.length);
      const stream = client.session.request(
        {
          ':method': 'PATCH',
          ':path': path,
          authorization: `Bearer ${client.token}`,
          'content-type': 'application/offset+octet-stream',
          'content-length': bytes.length,
          'tus-resumable': '1.0.0',
          'upload-offset': 0,
        },
        { endStream: false },
      );
      stream.on('error', () => undefined);
      const offset = async () => (await client.json<{ offset: number }>('GET', path)).body.offset;
      // One connection carries the upload and the questions about it.
      for (let sent = 0; (await offset()) === 0; sent += MIB / 8) {
        expect(sent).toBeLessThan(bytes.length);
        stream.write(bytes.subarray(sent, sent + MIB / 8));
        await delay(100);
      }
      // The cut in the middle.
      stream.close(8);
      const tus = new TusClient(client);
      let known = await tus.head(path);
      while (known.status === 423) known = await tus.head(path);
      expect(known.offset).toBeGreaterThan(0);
      const { status, fileId } = await tus.patch(path, known.offset, bytes.subarray(known.offset));
      expect(status).toBe(204);
      expect(sha256((await client.download(fileId!)).body)).toBe(sha256(bytes));
    });

    it('carries a resumable upload of tus-js-client over a cut connection', async () => {
      const bytes = randomBytes(12 * MIB);
      const agent = new Agent({ ca, keepAlive: true });
      let cut = false;
      const url = await new Promise<string>((resolve, reject) => {
        const upload: Upload = new Upload(bytes, {
          endpoint: `${cluster.url}/api/uploads`,
          httpStack: new DefaultHttpStack({ agent }),
          headers: { Authorization: `Bearer ${client.token}` },
          metadata: { filename: 'cut.bin', sha256: sha256(bytes) },
          retryDelays: Array.from({ length: 100 }, () => 100),
          chunkSize: 4 * MIB,
          onProgress: (sent) => {
            if (cut || sent < 5 * MIB) return;
            cut = true;
            for (const socket of Object.values(agent.sockets).flat()) socket!.destroy();
          },
          onSuccess: () => resolve(upload.url!),
          onError: reject,
        });
        upload.start();
      });
      expect([cut, new URL(url).protocol]).toEqual([true, 'https:']);
      const { fileId } = await new TusClient(client).head(new URL(url).pathname);
      expect(sha256((await client.download(fileId!)).body)).toBe(sha256(bytes));
    });

    it('is what links begin with, and what they are opened by', async () => {
      const { body: file } = await client.upload('shared');
      const link = (await share(client, file.id)).body;
      expect(link.url).toBe(`${cluster.url}/s/${link.token}`);
      const grant = (await openShare(another(), link.token)).body;
      expect(grant.url.startsWith(`${cluster.url}/`)).toBe(true);
      const answer = await another().fetch(pathOf(grant));
      expect([answer.status, await answer.text()]).toEqual([200, 'shared']);
    });

    it('takes signed requests, with the authority of HTTP/2', async () => {
      const signer = await Signer.of(client);
      const { body, headers } = formOf(Buffer.from('signed'));
      const answer = await signer.json(another(), 'POST', '/api/files', { body, headers });
      expect([answer.status, answer.body.code]).toEqual([201, undefined]);
      const components = ['@method', '@authority', '@path', '@scheme'];
      expect((await signer.json(another(), 'GET', '/api/files', { components })).status).toBe(200);
    });

    it('records the address of the caller, and not one that the caller claims', async () => {
      await client.fetch('/api/files', { headers: { 'x-forwarded-for': '203.0.113.66' } });
      const [entry] = await client.trail('&action=FILE_LIST');
      expect(entry!.ip).toBe('127.0.0.1');
    });

    it('logs no token of a link', async () => {
      const { body: file } = await client.upload('secret');
      const { token } = (await share(client, file.id)).body;
      await client.fetch(`/s/${token}`);
      await rawExchange(cluster.nginx.plainPort, [`GET /s/${token} HTTP/1.1\r\nHost: localhost\r\n\r\n`]);
      const { access, error } = await cluster.logs();
      expect(access).toContain('"path":"/s/…","status":308');
      expect(access + error).not.toContain(token);
    });
  });
});
