import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { PAGE_STYLE } from '../../src/pages/page-style.js';

/** The colours of both schemes, by their names: light first, dark second. */
function coloursIn(style: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [, name, colour] of style.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g))
    found.set(name!, [...(found.get(name!) ?? []), colour!]);
  return found;
}

describe('the one design', () => {
  it('has the same colours in the console and in the pages that the service renders', async () => {
    const tokens = coloursIn(await readFile('web/styles/tokens.css', 'utf8'));
    const ofPages = coloursIn(PAGE_STYLE);
    expect(ofPages.size).toBeGreaterThan(8);
    for (const [name, colours] of ofPages) expect([name, tokens.get(name)]).toEqual([name, colours]);
  });
});
