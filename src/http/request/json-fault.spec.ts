import { describe, expect, it } from '@jest/globals';
import { jsonFault } from './json-fault.js';

describe('jsonFault', () => {
  it.each([
    '{}',
    '[]',
    '"x"',
    '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}',
    '{"a":"a\\":\\"a","b":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":',
    '{"\\x":1}',
  ])('finds nothing wrong with %s', (text) => expect(jsonFault(text)).toBeNull());

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '[{"b":{"a":1,"a":2}}]',
    '{"__proto__":1}',
    '{"a":{"constructor":1}}',
    '{"prototype":1}',
    `${'['.repeat(33)}${']'.repeat(33)}`,
  ])('finds the fault of %s', (text) => expect(jsonFault(text)).not.toBeNull());
});
