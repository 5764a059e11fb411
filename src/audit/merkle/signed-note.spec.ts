import { describe, expect, it } from '@jest/globals';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { openCheckpoint } from './checkpoint.js';
import { isKeyName, openNote, parseVkey } from './signed-note.js';
import { noteVerifier, signCheckpoint, signNote } from './signing.js';

/** The example of Go's golang.org/x/mod/sumdb/note, the reference implementation of signed notes. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;

describe('signed notes', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const verifier = noteVerifier('log.example', privateKey);

  it('opens the note of the reference implementation with its key', () => {
    expect(openNote(NOTE, parseVkey(PETER)!)).toBe(NOTE.slice(0, NOTE.indexOf('\n\n') + 1));
  });

  it('opens its own notes, and reads its own vkey', () => {
    const note = signNote('hello\n', 'log.example', privateKey);
    expect(openNote(note, verifier)).toBe('hello\n');
    expect(parseVkey(verifier.vkey)).toMatchObject({ name: 'log.example', keyId: verifier.keyId });
  });

  it('ignores signatures of other keys and refuses a wrong one of its own', () => {
    const other = generateKeyPairSync('ed25519').privateKey;
    const note = signNote('hello\n', 'log.example', privateKey);
    const foreign = signNote('hello\n', 'else.example', other).split('\n').at(-2)!;
    expect(openNote(`${note}${foreign}\n`, verifier)).toBe('hello\n');
    expect(openNote(signNote('hello\n', 'else.example', other), verifier)).toBeNull();
    expect(openNote(note.replace('hello', 'hullo'), verifier)).toBeNull();
  });

  it('takes at most 100 signatures, and refuses more without looking at them', () => {
    const note = signNote('hello\n', 'log.example', privateKey);
    const own = note.split('\n').at(-2)!;
    const signed = (times: number) => `hello\n\n${`${own}\n`.repeat(times)}`;
    const processorTime = (open: () => void): number => {
      const before = process.cpuUsage();
      open();
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const most = processorTime(() => expect(openNote(signed(100), verifier)).toBe('hello\n'));
    expect(openNote(signed(101), verifier)).toBeNull();
    // To look at all of them would take 3,500 times as long.
    const excess = processorTime(() => expect(openNote(signed(350_000), verifier)).toBeNull());
    expect(excess).toBeLessThan(most * 700);
  });

  it.each([
    '',
    '\n\n',
    'text',
    'text\n\n— log.example\n',
    'text\n\n— log.example AAAA\n',
    'text\n\nnonsense\n',
  ])('refuses %j', (note) => expect(openNote(note, verifier)).toBeNull());

  it.each([
    PETER.replace('c74f20a3', 'c74f20a4'),
    PETER.slice(0, -4),
    'name+zz+AAAA',
    'name',
    '',
    PETER.replace('ARpc', 'Arpc'),
  ])('refuses the key %j', (vkey) => expect(parseVkey(vkey)).toBeNull());

  it('allows names that a signature line can carry', () => {
    expect(['a', 'log.example/x', ''].map(isKeyName)).toEqual([true, true, false]);
    expect(['a b', 'a+b', 'a\n', '\ud800'].map(isKeyName)).toEqual([false, false, false, false]);
  });

  it('reads only a well-formed checkpoint', () => {
    const root = Buffer.alloc(32, 7);
    const note = signCheckpoint({ origin: 'o', size: 12, root }, 'log.example', privateKey);
    expect(openCheckpoint(note, verifier)).toEqual({ origin: 'o', size: 12, root });
    for (const text of [
      'o\n012\nAAAA\n',
      `o\n12\nAAAA\n`,
      'o\n',
      `o\n12\n${root.toString('base64')}\nmore\n`,
    ]) {
      expect(openCheckpoint(signNote(text, 'log.example', privateKey), verifier)).toBeNull();
    }
  });

  it('gives the same signature for the same text and key', () => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    expect(signNote('x\n', 'n', createPrivateKey(pem))).toBe(signNote('x\n', 'n', privateKey));
  });
});
