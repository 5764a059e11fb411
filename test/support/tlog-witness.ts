import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What the witness does with a checkpoint that it could cosign. */
type Mode = 'cosign' | 'refuse' | 'wrong key' | 'wrong text' | 'nonsense' | 'conflict' | 'ahead';

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const rawKey = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).subarray(-32);

/**
 * A small witness, written from C2SP tlog-witness and tlog-cosignature without the code of the service. It can
 * also refuse, answer with another size, and sign wrongly.
 */
export class TlogWitness {
  mode: Mode = 'cosign';
  readonly requests: { readonly old: number; readonly size: number; readonly status: number }[] = [];
  readonly #key = generateKeyPairSync('ed25519');
  readonly #other = generateKeyPairSync('ed25519');
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #logs: readonly string[] = [];
  #seen = { size: 0, root: '' };

  private constructor(readonly name: string) {}

  static async start(name = 'witness.test/w1'): Promise<TlogWitness> {
    const witness = new TlogWitness(name);
    witness.#server.listen(0, '127.0.0.1');
    await once(witness.#server, 'listening');
    return witness;
  }

  /** The vkeys of the logs that it knows. */
  trust(...logs: readonly string[]): void {
    this.#logs = logs;
  }

  get vkey(): string {
    return `${this.name}+${this.#keyId.toString('hex')}+${this.#typedKey.toString('base64')}`;
  }

  get variable(): string {
    return `${this.vkey}@http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/some/prefix`;
  }

  get size(): number {
    return this.#seen.size;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  get #typedKey(): Buffer {
    return Buffer.concat([Buffer.of(0x04), rawKey(this.#key.publicKey)]);
  }

  get #keyId(): Buffer {
    return sha256(Buffer.from(`${this.name}\n`), this.#typedKey).subarray(0, 4);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const isCall = request.method === 'POST' && request.url === '/some/prefix/add-checkpoint';
    const { status, type, answer, old, size } = isCall ? this.#judge(body) : notFound;
    this.requests.push({ old, size, status });
    response.writeHead(status, { 'Content-Type': type });
    response.end(answer);
  }

  #judge(body: string) {
    const gap = body.indexOf('\n\n');
    const [oldLine, ...hashes] = body.slice(0, gap).split('\n');
    const note = body.slice(gap + 2);
    const signed = note.slice(0, note.indexOf('\n\n') + 1);
    const [origin, sizeText, root] = signed.split('\n');
    const [old, size] = [Number(oldLine!.replace('old ', '')), Number(sizeText)];
    const reply = (status: number, answer = '', type = 'text/plain') => ({ status, answer, type, old, size });
    const log = this.#logs.find((vkey) => vkey.startsWith(`${origin}+`));
    if (log === undefined) return reply(404);
    if (!isSigned(note, signed, log)) return reply(403);
    if (old > size) return reply(400);
    if (this.mode === 'refuse') return reply(503);
    if (this.mode === 'ahead') return reply(409, `${Number.MAX_SAFE_INTEGER}\n`, 'text/x.tlog.size');
    if (this.mode === 'conflict') return reply(409, '7\n', 'text/x.tlog.size');
    if (old !== this.#seen.size) return reply(409, `${this.#seen.size}\n`, 'text/x.tlog.size');
    const proof = hashes.map((hash) => Buffer.from(hash, 'base64'));
    if (old === size && root !== this.#seen.root) return reply(409);
    if (!continues(this.#seen, { size, root: root! }, proof)) return reply(422);
    if (this.mode === 'nonsense') return reply(200, 'nonsense');
    this.#seen = { size, root: root! };
    return reply(200, this.#cosign(signed));
  }

  #cosign(signed: string): string {
    const seconds = Math.floor(Date.now() / 1000);
    const time = Buffer.alloc(8);
    time.writeUInt32BE(seconds, 4);
    const key = this.mode === 'wrong key' ? this.#other.privateKey : this.#key.privateKey;
    const message = `cosignature/v1\ntime ${this.mode === 'wrong text' ? seconds + 1 : seconds}\n${signed}`;
    const signature = sign(null, Buffer.from(message), key);
    const line = Buffer.concat([this.#keyId, time, signature]).toString('base64');
    // A line of a key that the client does not know comes first.
    return `— unknown.test ${Buffer.alloc(76, 1).toString('base64')}\n— ${this.name} ${line}\n`;
  }
}

const notFound = { status: 404, type: 'text/plain', answer: '', old: -1, size: -1 };

function isSigned(note: string, signed: string, vkey: string): boolean {
  const [name, keyId] = vkey.split('+', 2);
  const raw = Buffer.from(vkey.slice(`${name}+${keyId}+`.length), 'base64').subarray(1);
  const publicKey = {
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
    format: 'jwk',
  } as const;
  return note
    .slice(signed.length + 1)
    .split('\n')
    .filter((line) => line.startsWith(`— ${name} `))
    .map((line) => Buffer.from(line.split(' ')[2]!, 'base64'))
    .some((bytes) => {
      const isKey = bytes.subarray(0, 4).toString('hex') === keyId;
      return isKey && verify(null, Buffer.from(signed), publicKey, bytes.subarray(4));
    });
}

/** RFC 6962, section 2.1.2, read backwards: the roots of both trees from the proof, recursively. */
function continues(
  old: { size: number; root: string },
  now: { size: number; root: string },
  proof: Buffer[],
): boolean {
  if (old.size === 0) return proof.length === 0;
  const hashes = [...proof];
  const oldRoot = Buffer.from(old.root, 'base64');
  const node = (left: Buffer, right: Buffer) => sha256(Buffer.of(1), left, right);
  const next = () => hashes.pop() ?? Buffer.alloc(32);
  const roots = (m: number, n: number, isWhole: boolean): [Buffer, Buffer] => {
    if (m === n) {
      const hash = isWhole ? oldRoot : next();
      return [hash, hash];
    }
    let k = 1;
    while (k * 2 < n) k *= 2;
    const sibling = next();
    const [before, after] = m <= k ? roots(m, k, isWhole) : roots(m - k, n - k, false);
    return m <= k ? [before, node(after, sibling)] : [node(sibling, before), node(sibling, after)];
  };
  const [before, after] = roots(old.size, now.size, true);
  return hashes.length === 0 && before.equals(oldRoot) && after.toString('base64') === now.root;
}
