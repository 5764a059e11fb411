import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { ByteSource } from '../storage/byte-source.js';
import { VerifiedSource } from './verified-source.js';

/** A source of these pieces. `held` has the pieces whose memory was not given back. */
function sourceOf(...pieces: string[]): ByteSource & { readonly held: Set<string>; closed: boolean } {
  const rest = [...pieces];
  const held = new Set<string>();
  return {
    held,
    closed: false,
    next() {
      const piece = rest.shift();
      if (piece === undefined) return Promise.resolve(null);
      held.add(piece);
      const end = () => void held.delete(piece);
      return Promise.resolve({ bytes: Buffer.from(piece), giveBack: end, abandon: end });
    },
    close() {
      this.closed = true;
      return Promise.resolve();
    },
  };
}

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

describe('VerifiedSource', () => {
  it.each([[[]], [['one']], [['a', 'b']], [['a', 'b', 'c', 'd']]])('passes on %j', async (pieces) => {
    const verified = new VerifiedSource(sourceOf(...pieces), digestOf(pieces.join('')));
    const passed: string[] = [];
    for (let chunk = await verified.next(); chunk !== null; chunk = await verified.next())
      passed.push(chunk.bytes.toString());
    expect(passed).toEqual(pieces);
    expect(await verified.next()).toBeNull();
  });

  it.each([[[]], [['one']], [['a', 'b', 'c']]])(
    'never gives the last piece of %j when they are damaged',
    async (pieces) => {
      const source = sourceOf(...pieces);
      const verified = new VerifiedSource(source, digestOf('other bytes'));
      for (const piece of pieces.slice(0, -1)) {
        const chunk = await verified.next();
        expect(chunk?.bytes.toString()).toBe(piece);
        chunk?.giveBack();
      }
      await expect(verified.next()).rejects.toMatchObject({ reason: 'damaged' });
      await verified.close();
      expect([source.held.size, source.closed]).toEqual([0, true]);
    },
  );
});
