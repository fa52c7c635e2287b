import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listed } from '../src/text.ts';

describe('a list in a sentence', () => {
  const routes = Array.from({ length: 1000 }, (_, index) => `/${index}`);

  for (const [told, items, text] of [
    ['nothing', [], ''],
    ['one', ['/a'], '/a'],
    ['each once', ['/a', '/b', '/a'], '/a, /b'],
    ['all of the most that are shown', routes.slice(0, 6), '/0, /1, /2, /3, /4, /5'],
    ['how many are left out', routes, '/0, /1, /2, /3, /4, /5 and 994 more'],
  ] as const)
    it(`says ${told}`, () => assert.equal(listed(items), text));

  it('has the length and the separator that are wanted', () => {
    assert.equal(listed(routes, 2, '; '), '/0; /1 and 998 more');
  });
});
