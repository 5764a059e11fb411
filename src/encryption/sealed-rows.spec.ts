import { describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { KeyedHash } from './keyed-hash.js';
import { MasterKeys } from './master-keys.js';
import { SEALED_PLACES, type SealedPlace, SESSIONS } from './sealed-places.js';
import { type Row, SealedRows } from './sealed-rows.js';

const newKey = () => createSecretKey(randomBytes(32));
const [old, current] = [newKey(), newKey()];
const keysOf = (...keys: [typeof old, ...(typeof old)[]]) => MasterKeys.of(keys)!;
const keys = keysOf(current);

/** A plain row with a word in every column. */
const plainOf = ({ boundTo, columns }: SealedPlace): Row =>
  Object.fromEntries([...boundTo, ...Object.keys(columns)].map((name) => [name, `the ${name}`]));

describe.each(SEALED_PLACES)('sealed rows of $table', (place) => {
  const rows = new SealedRows(place, keys);
  const plain = plainOf(place);
  const sealed = rows.seal(plain);

  it('show no value, and open to the row that was sealed', () => {
    for (const name of Object.keys(place.columns)) expect(sealed[name] ?? '').not.toContain(plain[name]);
    expect(rows.open(sealed)).toEqual(plain);
    expect([rows.isSealed(sealed), rows.isSealed(plain)]).toEqual([true, false]);
  });

  it('are told from plain ones, which open to themselves', () => {
    expect(rows.open(plain)).toBe(plain);
    const empty = Object.fromEntries(Object.keys(plain).map((name) => [name, null]));
    expect(rows.seal(empty)).toBe(empty);
    expect([rows.isCurrent(sealed), rows.isCurrent(plain), rows.isCurrent(empty)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('open in no other row, table or column, and with no other hash', () => {
    for (const name of place.boundTo)
      expect(() => rows.open({ ...sealed, [name]: 'other' })).toThrow('damaged');
    for (const [name, stands] of Object.entries(place.columns))
      if (stands === 'keyed hash')
        expect(() => rows.open({ ...sealed, [name]: keys.hash('address').of('other') })).toThrow('damaged');
    const elsewhere = new SealedRows({ ...place, table: 'other' }, keys);
    expect(() => elsewhere.open(sealed)).toThrow(`in other the ${place.boundTo[0]}`);
    const [into] = Object.entries(place.columns).find(([, stands]) => stands === 'sealed text')!;
    const moved = { ...place, columns: { ...place.columns, [into]: 'null', moved: 'sealed text' } } as const;
    expect(() => new SealedRows(moved, keys).open({ ...sealed, moved: sealed[into]! })).toThrow('damaged');
  });

  it('are sealed anew under another first key, together with their hashes', () => {
    const rotated = new SealedRows(place, keysOf(old, current));
    expect(rotated.isCurrent(sealed)).toBe(false);
    const renewed = rotated.seal(rotated.open(sealed));
    expect(rotated.isCurrent(renewed)).toBe(true);
    const under = new SealedRows(place, keysOf(old));
    expect(under.open(renewed)).toEqual(plain);
    expect(() => under.open(sealed)).toThrow('unknown_key');
  });

  it('are bound to columns that are not sealed themselves', () => {
    for (const name of place.boundTo) expect(Object.keys(place.columns)).not.toContain(name);
    expect(Object.values(place.columns).filter((stands) => stands === 'sealed text')).toHaveLength(1);
  });
});

describe('SealedRows', () => {
  it('is null without a key', () => expect(SealedRows.of(SESSIONS, null)).toBeNull());

  it('keeps what is null', () => {
    const rows = new SealedRows(SESSIONS, keys);
    const plain = { id: 'i', ip: null, user_agent: 'curl/8', personal: null };
    const sealed = rows.seal(plain);
    expect(sealed).toMatchObject({ id: 'i', ip: null, user_agent: null });
    expect(rows.open(sealed)).toEqual(plain);
  });
});

describe('KeyedHash', () => {
  const hash = keysOf(current, old).hash('address');

  it('is the same for the same value, key and purpose, and for no other', () => {
    const all = new Set([
      hash.of('203.0.113.7'),
      ...hash.all('203.0.113.7'),
      keys.hash('address').of('203.0.113.7'),
      hash.of('203.0.113.8'),
      keys.hash('passkey challenge').of('203.0.113.7'),
    ]);
    expect(all.size).toBe(4);
    for (const each of all) expect([each.length, KeyedHash.isHash(each)]).toEqual([34, true]);
    expect(hash.all('203.0.113.7')[0]).toBe(hash.of('203.0.113.7'));
  });

  it.each(['203.0.113.7', '2001:db8::1', '', 'h1.0123abcd.AAAA'])('does not take %j for a hash', (text) =>
    expect(KeyedHash.isHash(text)).toBe(false),
  );
});
