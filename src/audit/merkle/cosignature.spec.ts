import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { readAddCheckpoint, writeAddCheckpoint } from './add-checkpoint.js';
import { findCosignature, parseCosignerVkey } from './cosignature.js';
import { parseVkey } from './signed-note.js';
import { cosign, cosignerVerifier, noteVerifier } from './signing.js';

const TEXT = 'log.test\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
const NAME = 'witness.test/w1';
const { privateKey } = generateKeyPairSync('ed25519');
const verifier = cosignerVerifier(NAME, privateKey);
const line = cosign(TEXT, NAME, privateKey, 1_679_315_147).slice(0, -1);

describe('a cosignature', () => {
  it('is found among other lines, with its time', () => {
    const other = cosign(TEXT, 'other.test', generateKeyPairSync('ed25519').privateKey, 1);
    const lines = [other.slice(0, -1), 'nonsense', line];
    expect(findCosignature(TEXT, lines, verifier)).toEqual({ line, seconds: 1_679_315_147 });
    expect(findCosignature(TEXT, [other], verifier)).toBeNull();
  });

  it('is of this text, time, name and key alone', () => {
    expect(findCosignature(TEXT.replace('3', '4'), [line], verifier)).toBeNull();
    const [, , encoded] = line.split(' ');
    const bytes = Buffer.from(encoded!, 'base64');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index]! ^= 1;
      expect(findCosignature(TEXT, [`— ${NAME} ${changed.toString('base64')}`], verifier)).toBeNull();
    }
    expect(findCosignature(TEXT, [line.replace('w1', 'w2')], verifier)).toBeNull();
    expect(findCosignature(TEXT, [line.slice(0, -4)], verifier)).toBeNull();
    const far = cosign(TEXT, NAME, privateKey, 8_640_000_000_001);
    expect(findCosignature(TEXT, [far.slice(0, -1)], verifier)).toBeNull();
  });

  it('has a key of its own kind', () => {
    expect(parseCosignerVkey(verifier.vkey)?.vkey).toBe(verifier.vkey);
    const log = noteVerifier(NAME, privateKey);
    expect(log.keyId).not.toBe(verifier.keyId);
    expect(parseCosignerVkey(log.vkey)).toBeNull();
    expect(parseVkey(verifier.vkey)).toBeNull();
  });
});

describe('an add-checkpoint request', () => {
  const hash = Buffer.alloc(32, 1);
  const note = `${TEXT}\n— log.test AAAA\n`;

  it('is read as it was written', () => {
    for (const request of [
      { old: 0, proof: [], note },
      { old: 2, proof: [hash, hash], note },
    ])
      expect(readAddCheckpoint(writeAddCheckpoint(request))).toEqual(request);
    expect(writeAddCheckpoint({ old: 0, proof: [], note })).toBe(`old 0\n\n${note}`);
  });

  it.each([
    '',
    `old 00\n\n${note}`,
    `old -1\n\n${note}`,
    `old 1e3\n\n${note}`,
    `old 9999999999999999\n\n${note}`,
    `OLD 1\n\n${note}`,
    `old 1\nnonsense\n\n${note}`,
    `old 1\n${Buffer.alloc(31).toString('base64')}\n\n${note}`,
    `old 1\n${`${hash.toString('base64')}\n`.repeat(64)}\n${note}`,
    'old 1\n',
  ])('is refused when malformed: %j', (body) => {
    expect(readAddCheckpoint(body)).toBeNull();
  });
});
