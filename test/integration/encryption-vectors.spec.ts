import { describe, expect, it } from '@jest/globals';
import { createHash, createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { ChunkOpener } from '../../src/encryption/chunked/chunk-opener.js';
import { MessageKey } from '../../src/encryption/chunked/message-key.js';
import {
  CHUNK_BYTES,
  HEADER_BYTES,
  plainSize,
  SEALED_CHUNK_BYTES,
  TAG_BYTES,
} from '../../src/encryption/chunked/sizes.js';
import { Sealer } from '../../src/encryption/sealer.js';

interface Vectors<T> {
  readonly tests: readonly (T & {
    readonly tcId: number;
    readonly comment: string;
    readonly result: 'valid' | 'invalid';
  })[];
}

interface Message {
  readonly key: string;
  readonly ctx: string;
  readonly ct: string;
  readonly msgLength?: number;
  readonly msgSha512?: string;
}

interface Value {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
}

function load<T>(name: string): Vectors<T>['tests'] {
  return (JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8')) as Vectors<T>).tests;
}

const hex = (text: string) => Buffer.from(text, 'hex');

/** Decrypts a message as the service does: first the size, then the header, then chunk by chunk. */
function decrypt({ key, ctx, ct }: Message): Buffer {
  const sealed = inflateSync(hex(ct));
  const size = plainSize(sealed.length);
  if (size === null) throw new Error('no message has this size');
  const opener = new ChunkOpener(
    MessageKey.read(createSecretKey(hex(key)), sealed.subarray(0, HEADER_BYTES), hex(ctx)),
  );
  const pieces: Buffer[] = [];
  for (let chunk = 0; chunk * CHUNK_BYTES <= size; chunk++) {
    const start = HEADER_BYTES + chunk * SEALED_CHUNK_BYTES;
    const end = Math.min(start + SEALED_CHUNK_BYTES, sealed.length);
    expect(end - start).toBeGreaterThanOrEqual(TAG_BYTES);
    pieces.push(opener.open(chunk, sealed.subarray(start, end)));
  }
  return Buffer.concat(pieces);
}

describe('the vectors of Wycheproof for c2sp.org/chunked-encryption', () => {
  const tests = load<Message>('cobblestone-256');

  it.each(tests.filter(({ result }) => result === 'valid'))('decrypts $tcId: $comment', (test) => {
    const message = decrypt(test);
    expect(message).toHaveLength(test.msgLength!);
    expect(createHash('sha512').update(message).digest('hex')).toBe(test.msgSha512);
  });

  it.each(tests.filter(({ result }) => result === 'invalid'))('refuses $tcId: $comment', (test) => {
    expect(() => decrypt(test)).toThrow();
  });
});

describe('the vectors of Wycheproof for AES-256-GCM', () => {
  it.each(load<Value>('aes-256-gcm'))('$result $tcId: $comment', ({ key, iv, aad, msg, ct, tag, result }) => {
    const sealer = new Sealer([{ id: '00000000', key: createSecretKey(hex(key)) }]);
    const text = `v1.00000000.${hex(iv + ct + tag).toString('base64url')}`;
    if (result === 'valid') expect(sealer.open(text, hex(aad).toString()).toString('hex')).toBe(msg);
    else expect(() => sealer.open(text, hex(aad).toString())).toThrow('damaged');
  });
});
