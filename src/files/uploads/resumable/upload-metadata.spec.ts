import { describe, expect, it } from '@jest/globals';
import { parseMetadata } from './upload-metadata.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const NOTHING = { filename: null, filetype: null, sha256: null, replaces: null };

describe('parseMetadata', () => {
  it.each([
    ['', NOTHING],
    ['relativePath', NOTHING],
    [`filename ${base64('größe.txt')}`, { ...NOTHING, filename: 'größe.txt' }],
    [
      `filename ${base64('a')}, filetype ${base64('text/plain')},x`,
      { ...NOTHING, filename: 'a', filetype: 'text/plain' },
    ],
    ['filename ,filetype', NOTHING],
    [`sha256 ${base64('AB'.repeat(32))}`, { ...NOTHING, sha256: 'ab'.repeat(32) }],
    [
      `replaces ${base64('01A20F00-D937-736A-9591-B2848E877FAA')}`,
      { ...NOTHING, replaces: '01a20f00-d937-736a-9591-b2848e877faa' },
    ],
    ['__proto__ eA==', NOTHING],
  ])('reads %j', (header, metadata) => expect(parseMetadata(header)).toEqual(metadata));

  it.each([
    ',',
    'a eA==,',
    'a  eA==',
    'a eA',
    'a eA==x',
    'a eA== eA==',
    'ä eA==',
    'a eA==,a',
    'a\teA==',
    'sha256 eA==',
  ])('refuses %j', (header) => expect(() => parseMetadata(header)).toThrow('Upload-Metadata'));

  it('refuses a file to replace that has no id, as one that is not there', () => {
    expect(() => parseMetadata(`replaces ${base64('x')}`)).toThrow('file_not_found');
  });
});
