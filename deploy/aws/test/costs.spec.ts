import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { costTable, monthlyCosts } from '../src/costs.js';
import { SIZES } from '../src/size.js';
import { fileOfService } from './found.js';

describe('costs', () => {
  it('stand in the notes on deployment as they are computed', () => {
    assert.ok(fileOfService('deploy/README.md').includes(costTable()));
  });

  it('grow with the size', () => {
    // By hand: two tasks and an eighth, of half a processor and 1 GiB, for 730 hours.
    assert.equal(
      monthlyCosts(SIZES.small).Fargate!.toFixed(2),
      (2.125 * 730 * (0.02328 + 0.00511)).toFixed(2),
    );
    const parts = Object.values(SIZES).map((size) => Object.values(monthlyCosts(size)));
    const [small, medium, large] = parts.map((part) => part.reduce((sum, each) => sum + each, 0));
    assert.ok(small! < medium! && medium! < large!);
  });
});
