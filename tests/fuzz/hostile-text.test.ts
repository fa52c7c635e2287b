import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FRAGMENTS, READERS } from './readers.ts';

/** Characters of a hostile text; a pattern that is quadratic takes many seconds for as many. */
const LENGTH = 100_000;

/** Milliseconds that one reader may take for one text. */
const LIMIT = 1000;

describe(`no text of ${LENGTH / 1000} KB takes a reader longer than ${LIMIT} ms, or throws`, () => {
  for (const [name, read] of Object.entries(READERS)) {
    it(name, () => {
      const slow = FRAGMENTS.flatMap((fragment) => {
        const text = fragment.repeat(Math.ceil(LENGTH / fragment.length));
        const started = process.cpuUsage();
        read(text);
        const { user, system } = process.cpuUsage(started);
        const milliseconds = Math.round((user + system) / 1000);
        return milliseconds > LIMIT ? [`${JSON.stringify(fragment)}: ${milliseconds} ms`] : [];
      });
      assert.deepEqual(slow, []);
    });
  }
});
