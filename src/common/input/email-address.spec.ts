import { describe, expect, it } from '@jest/globals';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { IsEmailAddress, mailboxOf } from './email-address.js';

class Input {
  @IsEmailAddress()
  readonly email: string;

  constructor(email: string) {
    this.email = email;
  }
}

const isAccepted = (email: string) => validateSync(new Input(email)).length === 0;

describe('a new e-mail address', () => {
  it.each([
    'ada@example.org',
    'Ada@Example.ORG',
    'ü@example.org',
    'a@exämple.org',
    'a@straße.example',
    "o'x+tag@a.example",
  ])('can be %s', (email) => expect(isAccepted(email)).toBe(true));

  it.each([
    'one@vic\u00adtim.example',
    'a@ⓔxample.org',
    'a@xn--exmple-cua.org',
    'a@XN--EXMPLE-CUA.org',
    'a@ｅxample.org',
    'a@example。org',
    'a@exa\u200dmple.org',
    'a@\ufeffexample.org',
    '"victim"@example.org',
    '"v\\ictim"@example.org',
    '"a b"@example.org',
    '"a> x"@example.org',
    '"victim@x.org,evil"@example.org',
  ])('cannot be %j, another spelling of a mailbox', (email) => expect(isAccepted(email)).toBe(false));

  it('is the only spelling of its domain: none of its letters can be dressed up', () => {
    const dressed = fc.tuple(
      fc.emailAddress(),
      fc.constantFrom('\u00ad', '\u200b', '\u2060', '\ufe0f', '\u180b', '\ufeff'),
      fc.nat(),
    );
    fc.assert(
      fc.property(dressed, ([email, invisible, place]) => {
        const at = email.lastIndexOf('@') + 1;
        const cut = at + (place % (email.length - at));
        const other = email.slice(0, cut) + invisible + email.slice(cut);
        expect([isAccepted(email), isAccepted(other)]).toEqual([true, false]);
        expect(mailboxOf(other)).toBe(mailboxOf(email));
      }),
    );
  });
});

describe('a mailbox', () => {
  it.each([
    ['one@vic\u00adtim.example', 'one@victim.example'],
    ['One@ⓥictim.example', 'one@victim.example'],
    ['a@exämple.org', 'a@xn--exmple-cua.org'],
    ['"bo\\mb\\ed"@victim.example', 'bombed@victim.example'],
    ['"bombed"@victim.example', 'bombed@victim.example'],
    ['somebody', '@somebody'],
  ])('of %j is %s', (email, mailbox) => expect(mailboxOf(email)).toBe(mailbox));
});
