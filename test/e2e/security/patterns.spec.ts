import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import ts from 'typescript';
import { bcryptInput, passwordFault } from '../../../src/auth/passwords/password-policy.js';
import { bearerToken } from '../../../src/auth/guard/bearer-token.js';
import { evaluate } from '../../../src/files/downloads/conditional-request.js';
import { attachment, normalizeFileName } from '../../../src/files/contents/file-name.js';
import { normalizeMediaType } from '../../../src/files/contents/media-type.js';
import { clientAddress } from '../../../src/http/request/client-address.js';
import { jsonFault } from '../../../src/http/request/json-fault.js';
import { headFault, originForm } from '../../../src/http/request/request-head.js';
import { growth, MAX_GROWTH } from '../../support/growth.js';

const SIZE = 8 * 1024;
const COMMON = [' ', 'a', '0', '"', '\\', '\n', '.', '@', '\u00e9'];
/** Combining marks in the wrong order: normalizing must sort them. */
const MARKED = [{ begin: 'a', pump: '\u0300\u0316', end: '' }];
const ENDS = ['', '\u0000'];

type Class = new () => object;

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
  .map((name) => join('src', name));

describe('security.md: patterns', () => {
  it('every regular expression of the source is linear for hostile inputs', () => {
    const patterns = sources.flatMap(patternsOf);
    expect(patterns.length).toBeGreaterThan(40);
    const faults = patterns.flatMap(({ where, pattern }) =>
      shapesFor(pattern.source)
        .filter(
          ({ begin, pump, end }) => growth((size) => run(pattern, begin, pump, end, size), SIZE) > MAX_GROWTH,
        )
        .map(
          ({ begin, pump, end }) => `${where} ${String(pattern)} on ${JSON.stringify([begin, pump, end])}`,
        ),
    );
    expect(faults).toEqual([]);
  });

  const headers = (fields: Record<string, string>) =>
    ({
      headers: fields,
      rawHeaders: [],
      url: '/',
      httpVersion: '1.1',
      socket: {},
    }) as unknown as IncomingMessage;
  const file = { entityTag: '"x"', lastModified: new Date(0), size: 1000 };

  it.each<[string, (text: string) => unknown]>([
    ['a JSON body', jsonFault],
    ['a string in a JSON body', (text) => jsonFault(`{"${text}`)],
    ['Authorization', (text) => bearerToken(headers({ authorization: `Bearer ${text}` }))],
    ['X-Forwarded-For', (text) => clientAddress(headers({ 'x-forwarded-for': text }), 1)],
    ['Host', (text) => headFault(headers({ host: text }))],
    ['the target', originForm],
    ['If-Match', (text) => evaluate('GET', { 'if-match': text }, file)],
    ['If-None-Match', (text) => evaluate('GET', { 'if-none-match': text }, file)],
    ['If-Modified-Since', (text) => evaluate('GET', { 'if-modified-since': text }, file)],
    ['Range', (text) => evaluate('GET', { range: `bytes=${text}` }, file)],
    ['a media type', normalizeMediaType],
    ['a file name in a header', (text) => attachment(text.toWellFormed())],
    ['a password', bcryptInput],
    ['a new password', (text) => passwordFault(text, '')],
    ['the e-mail that a new password must not be', (text) => passwordFault('correct horse', text)],
    ['a file name', (text) => settle(() => normalizeFileName(text))],
  ])('the parser of %s is linear', (_, read) => {
    for (const { begin, pump, end } of [...MARKED, ...shapesFor('":,;=-{}[]W/%<>()')]) {
      const grown = growth((size) => void read(shape(begin, pump, end, size)), SIZE);
      expect([pump, grown <= MAX_GROWTH]).toEqual([pump, true]);
    }
  });

  it('the validation of every field of every input is linear', async () => {
    const classes = await inputClasses();
    expect(classes.length).toBeGreaterThan(8);
    for (const input of classes) {
      for (const { begin, pump, end } of [...MARKED, ...shapesFor('@<>(),;:-+[]TZ*_')]) {
        const grown = growth((size) => validate(input, shape(begin, pump, end, size)), SIZE);
        expect([input.name, pump, grown <= MAX_GROWTH]).toEqual([input.name, pump, true]);
      }
    }
  });
});

function patternsOf(path: string): { where: string; pattern: RegExp }[] {
  const found: { where: string; pattern: RegExp }[] = [];
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      found.push({ where: path, pattern: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * One or two characters of the pattern repeated, after its literal beginning, with and without an end that
 * does not match.
 */
function shapesFor(source: string): { begin: string; pump: string; end: string }[] {
  const begins = [...new Set(['', literalStart(source)])];
  const alphabet = [...new Set([...source.replace(/\\(?=\W)/g, ''), ...COMMON])];
  const pumps = [...alphabet, ...alphabet.flatMap((one) => alphabet.map((other) => one + other))];
  return begins.flatMap((begin) => pumps.flatMap((pump) => ENDS.map((end) => ({ begin, pump, end }))));
}

/** The characters with which every match begins. */
function literalStart(source: string): string {
  const literal = /^\^?((?:[\w— -](?![*+?{])|\\\W(?![*+?{]))*)/.exec(source)![1]!;
  return literal.replaceAll('\\', '');
}

function shape(begin: string, pump: string, end: string, size: number): string {
  return begin + pump.repeat(size / pump.length) + end;
}

function run(pattern: RegExp, begin: string, pump: string, end: string, size: number): void {
  const text = shape(begin, pump, end, size);
  if (pattern.global) text.replace(pattern, '');
  else pattern.test(text);
}

/** All classes that describe a body or a query. */
async function inputClasses(): Promise<Class[]> {
  const classes: Class[] = [];
  for (const path of sources.filter((name) => /\.(input|query)\.ts$/.test(name))) {
    const exported = Object.values((await import(join(process.cwd(), path))) as object);
    classes.push(...exported.filter((value: unknown): value is Class => typeof value === 'function'));
  }
  return classes.filter((input) => fieldsOf(input).length > 0);
}

function fieldsOf(input: Class): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(input, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

function validate(input: Class, text: string): void {
  const body = Object.fromEntries(fieldsOf(input).map((field) => [field, text]));
  validateSync(plainToInstance(input, body));
}

/** A thrown refusal counts as an answer. */
function settle(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
