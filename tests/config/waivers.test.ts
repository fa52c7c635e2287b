import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { ReadinessConfigError } from '../../src/config/error.ts';
import { resolveOptions } from '../../src/config/resolve.ts';

const WAIVER = { reason: 'SEC-12', until: '2027-01-31' };

test('waivers may stand in a file', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clerk-readiness-waivers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'waivers.json');
  writeFileSync(path, JSON.stringify({ 'headers/csp': WAIVER }));
  const { waive, waiverFile } = resolveOptions({ waive: path }, {});
  assert.deepEqual([waive, waiverFile], [{ 'headers/csp': WAIVER }, path]);
});

test('a file of waivers may begin with a byte order mark, as editors on Windows write one', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clerk-readiness-waivers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'waivers.json');
  writeFileSync(path, `\uFEFF${JSON.stringify({ 'headers/csp': WAIVER })}\r\n`);
  assert.deepEqual(resolveOptions({ waive: path }, {}).waive, { 'headers/csp': WAIVER });
});

test('waivers in the options name no file', () => {
  const readiness = resolveOptions({ waive: { 'headers/csp': WAIVER } }, {});
  assert.deepEqual([readiness.waive, 'waiverFile' in readiness], [{ 'headers/csp': WAIVER }, false]);
  assert.deepEqual(resolveOptions({}, {}).waive, {});
});

const BROKEN: ReadonlyArray<readonly [content: string | undefined, message: RegExp]> = [
  [
    undefined,
    /^waive names \S+, but there is no \S+: correct the path, or write the file with "npx clerk-readiness baseline"$/,
  ],
  [
    '{',
    /^waive names \S+, which is not JSON \(.*\): correct it, or write it again with "npx clerk-readiness baseline"$/s,
  ],
  ['[]', /^The waivers of \S+ are not valid:\n {2}- waive must be an object; got "a list"$/],
  [
    JSON.stringify({ 'headers/csp': { ...WAIVER, until: 'soon' } }),
    /^The waivers of \S+ are not valid:\n {2}- waive\['headers\/csp'\]\.until must be a day as YYYY-MM-DD; got "soon"$/,
  ],
];
for (const [content, message] of BROKEN) {
  test(`a file that ${content === undefined ? 'is not there' : `holds ${content}`}`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'clerk-readiness-waivers-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'waivers.json');
    if (content !== undefined) writeFileSync(path, content);
    assert.throws(
      () => resolveOptions({ waive: path }, {}),
      (failure) => failure instanceof ReadinessConfigError && message.test(failure.message),
    );
  });
}
