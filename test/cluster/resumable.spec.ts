import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Upload } from 'tus-js-client';
import { type Cluster, startCluster } from '../support/cluster.js';
import { Client, sha256 } from '../support/client.js';
import { statusOf } from '../support/raw-http.js';
import { storedFiles } from '../support/storage-files.js';
import { openPatch, type TusAnswer, TusClient } from '../support/tus.js';

const MIB = 1024 * 1024;
/** Bytes that a slow client sends at a time. */
const PIECE = 16 * 1024;

describe('resumable uploads on three processes behind nginx', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await startCluster()), 60_000);
  afterAll(() => cluster.stop());

  /** The same user at one instance, without nginx. */
  const at = (client: Client, index: number) =>
    new TusClient(
      Object.assign(new Client(cluster.instances[index]!.url), {
        token: client.token,
        userId: client.userId,
      }),
    );

  async function requireFile(client: Client, fileId: string | null, bytes: Buffer): Promise<void> {
    expect(sha256((await client.download(fileId!)).body)).toBe(sha256(bytes));
    expect(
      (await client.trail('&action=FILE_UPLOAD')).filter(({ resource }) => resource === fileId),
    ).toHaveLength(1);
    const { body } = await client.json<{ storage: { used: number; files: number } }>('GET', '/api/users/me');
    expect(body.storage).toMatchObject({ used: bytes.length, files: bytes.length });
  }

  it('pass nginx with more than it lets one request of another kind have', async () => {
    const client = await cluster.user();
    const bytes = randomBytes(60 * MIB);
    const { status, fileId } = await new TusClient(client).create(bytes.length, {}, {}, bytes);
    expect(status).toBe(201);
    await requireFile(client, fileId, bytes);
  });

  it('go on at another process, by tus-js-client, when one is killed in the middle', async () => {
    const client = await cluster.user();
    const before = (await storedFiles(cluster.storage)).length;
    const bytes = randomBytes(40 * MIB);
    let killed = false;
    const url = await new Promise<string>((resolve, reject) => {
      const upload: Upload = new Upload(bytes, {
        endpoint: `${cluster.url}/api/uploads`,
        headers: { Authorization: `Bearer ${client.token}` },
        metadata: { filename: 'killed.bin', sha256: sha256(bytes) },
        retryDelays: Array.from({ length: 200 }, () => 100),
        chunkSize: 2 * MIB,
        onProgress: (sent) => {
          if (killed || sent < 15 * MIB) return;
          killed = true;
          for (const index of [0, 1]) cluster.instances[index]!.child.kill('SIGKILL');
        },
        onSuccess: () => resolve(upload.url!),
        onError: reject,
      });
      upload.start();
    });
    expect(killed).toBe(true);
    const { fileId } = await new TusClient(client).head(new URL(url).pathname);
    await requireFile(client, fileId, bytes);
    await Promise.all([cluster.restart(0), cluster.restart(1)]);
    expect(await storedFiles(cluster.storage)).toHaveLength(before + 1);
  });

  /** The offset in the database. */
  async function recorded({ client }: TusClient, path: string): Promise<number> {
    return (await client.json<{ offset: number }>('GET', path)).body.offset;
  }

  it('are taken over from a process that is killed while it holds one', async () => {
    const client = await cluster.user();
    const bytes = randomBytes(8 * MIB);
    const path = await at(client, 0).begin(bytes.length);
    const { socket } = await openPatch(client, path, 0, bytes.length, cluster.instances[0]!.url);
    const other = at(client, 1);
    // While bytes arrive, the holder records them from time to time. Reading the upload as JSON does not take it over.
    for (let sent = 0; (await recorded(other, path)) === 0; sent += PIECE) {
      socket.write(bytes.subarray(sent, sent + PIECE));
      await delay(100);
    }
    cluster.instances[0]!.child.kill('SIGKILL');
    await cluster.instances[0]!.ended;
    const { offset } = await other.head(path);
    expect(offset).toBeGreaterThan(0);
    const { status, fileId } = await other.patch(path, offset, bytes.subarray(offset));
    expect(status).toBe(204);
    await requireFile(client, fileId, bytes);
    await cluster.restart(0);
  });

  it('are safe from a process that stood still while another one took over', async () => {
    const client = await cluster.user();
    const before = (await storedFiles(cluster.storage)).length;
    const bytes = randomBytes(8 * MIB);
    const path = await at(client, 0).begin(bytes.length);
    await at(client, 0).patch(path, 0, bytes.subarray(0, MIB));
    const { socket, answer } = await openPatch(client, path, MIB, 7 * MIB, cluster.instances[0]!.url);
    socket.write(randomBytes(MIB));
    await delay(300);
    cluster.instances[0]!.child.kill('SIGSTOP');
    // Other bytes than the client sends now: they wait in the socket of the process that stands still.
    socket.write(randomBytes(4 * MIB));
    const other = at(client, 1);
    const { offset } = await other.head(path);
    const middle = offset + 2 * MIB;
    expect((await other.patch(path, offset, bytes.subarray(offset, middle))).offset).toBe(middle);
    cluster.instances[0]!.child.kill('SIGCONT');
    for (let waited = 0; answer() === '' && waited < 600; waited++) await delay(100);
    expect(statusOf(answer())).toBe(423);
    socket.destroy();
    expect((await other.head(path)).offset).toBe(middle);
    const { fileId } = await other.patch(path, middle, bytes.subarray(middle));
    // What the halted process recorded before it stood still is the only part that differs.
    const { body } = await client.download(fileId!);
    expect(body.subarray(middle).equals(bytes.subarray(middle))).toBe(true);
    expect(body).toHaveLength(bytes.length);
    expect(await storedFiles(cluster.storage)).toHaveLength(before + 1);
  });

  it('are finished once when requests race at all processes', async () => {
    const client = await cluster.user();
    const bytes = randomBytes(3 * MIB);
    const path = await at(client, 0).begin(bytes.length);
    const answers = await Promise.all(
      Array.from({ length: 9 }, (_, index) => at(client, index % 3).patch(path, 0, bytes)),
    );
    const won = answers.filter(({ status }) => status === 204);
    expect(won).toHaveLength(1);
    const code = ({ status, code }: TusAnswer) => (status === 204 ? '' : code);
    for (const answer of answers) expect(['', 'upload_locked', 'offset_mismatch']).toContain(code(answer));
    await requireFile(client, won[0]!.fileId, bytes);
  });
});
