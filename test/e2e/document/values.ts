import fc from 'fast-check';
import type { ApiDocument, Schema } from '../../support/api-document.js';

/** Stands for existing data of the caller. Replaced when the request is sent. */
export const KNOWN = '(known)';

/** Members whose right value only the caller knows. */
export const CREDENTIALS = new Set([
  'email',
  'password',
  'current_password',
  'refresh_token',
  'token',
  'invitation',
  'challenge',
  'code',
  'credential',
]);

/** Texts that are valid for some schemas only. */
const ODD_TEXTS = ['a\u0000b', 'a\u007fb', 'a\nb', 'x'];

/** Folding and composing make a text at most three times longer (Unicode, UAX #15). */
const EXPANSION = 3;

/** Valid values of a schema. */
export function valueOf(document: ApiDocument, given: Schema): fc.Arbitrary<unknown> {
  const schema = document.resolve(given);
  if (schema.nullable === true)
    return fc.oneof(fc.constant(null), valueOf(document, { ...schema, nullable: false }));
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((branch) => valueOf(document, branch)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'integer':
      return integerOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'array':
      return arrayOf(document, schema);
    case 'object':
      return objectOf(document, schema);
    case 'string':
      return textOf(schema).filter(
        (text) => text === KNOWN || document.schemaFaults(schema, text).length === 0,
      );
    case 'number':
    case undefined:
      throw new Error(`there is no arbitrary for ${JSON.stringify(schema)}`);
  }
}

/** Invalid values of a schema: interesting ones, and random ones where possible. */
export interface OtherValues<T> {
  readonly listed: readonly T[];
  readonly random: fc.Arbitrary<T> | null;
}

/** JSON values that are invalid for a schema. */
export function otherThan(document: ApiDocument, given: Schema): OtherValues<unknown> {
  const schema = document.resolve(given);
  const beyond = [...textsBeyond(schema), ...numbersBeyond(schema), ...arraysBeyond(schema)];
  const odd = [null, true, 0, -1, 1.5, '', 'x', [], {}, [null], { $ne: null }, [[]], ['x', 'x']];
  const isOther = (value: unknown) => document.schemaFaults(schema, value).length > 0;
  return { listed: [...beyond, ...odd].filter(isOther), random: fc.jsonValue().filter(isOther) };
}

/** Texts that are invalid for a schema in a query, a path or a header. */
export function textsOtherThan(document: ApiDocument, schema: Schema): OtherValues<string> {
  const odd = ['', ' ', 'x', '0', '-1', '0x10', '1e1', '+5', '5.0', '1,2', '٥', '1'.repeat(20), "'", '[]'];
  const dates = ['2026-02-30', '2026-13-01', '2026-W01-1', '2026-11-24T10:00:00', '2026-11-24 10:00:00Z'];
  const numbers = numbersBeyond(schema).map(String);
  const texts = [...numbers, ...textsBeyond(schema), ...textsBeyond(schema.items ?? {}), ...odd, ...dates];
  const isOther = (text: string) => document.schemaFaults(schema, typed(schema, text)).length > 0;
  // Where most texts are valid, random texts are not useful.
  const random = isOther('x') ? fc.string({ unit: 'binary' }).filter(isOther) : null;
  return { listed: texts.filter(isOther), random };
}

/** The value of a text in a query by its schema. */
function typed(schema: Schema, text: string): unknown {
  if (schema.type === 'array') return [text];
  return schema.type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
}

/** Small numbers as often as others, because some resources are few. */
function integerOf({ minimum: min = 0, maximum: max }: Schema): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min, max: Math.min(max ?? 20, 20) }), fc.integer({ min, max: max ?? 1000 }));
}

function arrayOf(document: ApiDocument, schema: Schema): fc.Arbitrary<unknown> {
  const limits = { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 4, 4) };
  const item = valueOf(document, schema.items!);
  return schema.uniqueItems === true ? fc.uniqueArray(item, limits) : fc.array(item, limits);
}

function objectOf(document: ApiDocument, schema: Schema): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const members = Object.entries(properties).map(([name, property]) => {
    const value = valueOf(document, property);
    return [name, CREDENTIALS.has(name) ? fc.oneof(fc.constant(KNOWN), value) : value];
  });
  if (additionalProperties) members.push(['nonsense', fc.constant('x')]);
  return fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: [...required],
    noNullPrototype: true,
  });
}

function textOf({ format, pattern, minLength = 0, maxLength = 2000 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.oneof(fc.constant(KNOWN), fc.uuid());
  if (format === 'date') return moments().map((text) => text.slice(0, 10));
  if (format === 'date-time') return moments();
  if (format === 'idn-email') return fc.emailAddress();
  if (format === 'password')
    return fc.string({ unit: 'grapheme-ascii', minLength, maxLength: Math.min(maxLength, 72) });
  if (pattern !== undefined && !/\[\^/.test(pattern))
    return fc.stringMatching(new RegExp(pattern, 'u'), { maxLength });
  const plain = { minLength, maxLength };
  const unicode = { minLength, maxLength: Math.max(minLength, Math.floor(maxLength / EXPANSION)) };
  return fc.oneof(
    fc.string({ ...unicode, unit: 'binary' }),
    fc.string({ ...unicode, unit: 'grapheme' }),
    fc.constantFrom(...ODD_TEXTS),
    fc.string({ ...plain, unit: 'grapheme-ascii' }),
  );
}

function moments(): fc.Arbitrary<string> {
  return fc
    .date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString());
}

function textsBeyond({ type, minLength = 0, maxLength }: Schema): string[] {
  if (type !== 'string') return [];
  const long = maxLength === undefined || maxLength > 10_000 ? [] : ['a'.repeat(maxLength + 1)];
  return [...long, 'a'.repeat(Math.max(0, minLength - 1)), ...ODD_TEXTS];
}

function numbersBeyond({ type, minimum = 0, maximum = 0 }: Schema): number[] {
  return type === 'integer' ? [minimum - 1, maximum + 1, minimum + 0.5] : [];
}

function arraysBeyond({ type, items, maxItems }: Schema): unknown[] {
  if (type !== 'array' || items === undefined) return [];
  const one = items.enum?.[0] ?? 'x';
  return [[...(items.enum ?? []), 'nonsense'], [one, one], new Array((maxItems ?? 0) + 1).fill(one)];
}
