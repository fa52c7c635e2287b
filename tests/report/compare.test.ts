import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compare } from '../../src/report/compare.ts';
import { renderReport } from '../../src/report/console.ts';
import { html } from '../../src/report/html.ts';
import { jsonText } from '../../src/report/json-text.ts';
import { markdown } from '../../src/report/markdown.ts';
import { readPrevious } from '../../src/report/previous.ts';
import { buildReport } from '../../src/report/report.ts';
import type { Status } from '../../src/result.ts';
import { result } from './results.ts';
import { input, SAMPLES } from './samples.ts';

function report(statuses: Readonly<Record<string, Status>>, reason = 'as the test says') {
  return {
    startedAt: '2026-11-24T09:30:00.000Z',
    verdict: 'NOT READY' as const,
    checks: Object.entries(statuses).map(([id, status]) => ({ id, title: `title of ${id}`, status, reason })),
  };
}

test('each turn of a check falls into one group, and what was not proven is neither a regression nor fixed', () => {
  const groups: ReadonlyArray<readonly [from: Status | undefined, to: Status | undefined, group: string | undefined]> =
    [
      ['pass', 'fail', 'regressions'],
      ['pass', 'waived', 'regressions'],
      ['not-verified', 'fail', 'new'],
      ['not-applicable', 'fail', 'new'],
      ['attested', 'fail', 'new'],
      [undefined, 'fail', 'new'],
      ['fail', 'fail', 'stillFailing'],
      ['waived', 'fail', 'stillFailing'],
      ['fail', 'waived', 'stillFailing'],
      ['waived', 'waived', undefined],
      ['fail', 'pass', 'fixed'],
      ['waived', 'pass', 'fixed'],
      ['fail', 'not-verified', 'gone'],
      ['fail', 'not-applicable', 'gone'],
      ['fail', 'attested', 'gone'],
      ['fail', undefined, 'gone'],
      ['pass', 'not-verified', 'lost'],
      ['pass', 'not-applicable', 'lost'],
      ['pass', 'attested', 'lost'],
      ['attested', 'not-verified', undefined],
      ['pass', undefined, undefined],
      ['not-verified', 'pass', undefined],
      [undefined, 'pass', undefined],
      ['pass', 'pass', undefined],
    ];
  for (const [from, to, wanted] of groups) {
    const { previous, ...found } = compare(report(from ? { 'a/b': from } : {}), report(to ? { 'a/b': to } : {}));
    const change = { id: 'a/b', title: 'title of a/b', ...(from && { from }), ...(to && { to }) };
    for (const [group, changes] of Object.entries(found))
      assert.deepEqual(changes, group === wanted ? [change] : [], `${from} to ${to}: ${group}`);
    assert.deepEqual(previous, { startedAt: '2026-11-24T09:30:00.000Z', verdict: 'NOT READY' });
  }
});

test('a run of other checks loses no proof', () => {
  for (const reason of [
    'not selected in this run',
    'not selected in this run (shard 1/2)',
    'its browser part was not selected in this run; sign-in answers 200',
  ]) {
    const { lost } = compare(report({ 'a/b': 'pass' }), report({ 'a/b': 'not-verified' }, reason));
    assert.deepEqual(lost, [], reason);
  }
  const whole = buildReport(input([result('headers/csp'), result('headers/security')]));
  const part = buildReport(
    input([result('headers/csp', { status: 'not-verified', reason: 'no page was reached' })], { previous: whole }),
  );
  assert.deepEqual(
    part.comparison?.lost.map(({ id }) => id),
    ['headers/csp'],
  );
});

test('a run of other checks fixes nothing', () => {
  const whole = buildReport(
    input([result('headers/csp', { status: 'fail' }), result('headers/security', { status: 'fail' })]),
  );
  const part = buildReport(input([result('headers/security')], { previous: whole }));
  assert.deepEqual(
    part.comparison?.fixed.map(({ id }) => id),
    ['headers/security'],
  );
  assert.deepEqual(
    part.comparison?.gone.map(({ id }) => id),
    ['headers/csp'],
  );
});

test('what cannot be compared is told in one line, with the reason', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clerk-readiness-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const target = { name: 'readiness', baseURL: 'https://app.example.com', profile: 'production' as const };
  const read = (text: string, ours: Parameters<typeof readPrevious>[1] = target) => {
    writeFileSync(join(folder, 'report.json'), text);
    return readPrevious(join(folder, 'report.json'), ours);
  };
  const three = jsonText(SAMPLES.three);
  const cases: ReadonlyArray<readonly [text: string, reason: RegExp, ours?: typeof target]> = [
    ['', /cannot be read: SyntaxError/],
    ['{"schemaVersion":', /cannot be read: SyntaxError/],
    ['null', /is no report of clerk-readiness/],
    ['[]', /is no report of clerk-readiness/],
    ['{"schemaVersion": 1}', /is no report of clerk-readiness/],
    [three.replace('"schemaVersion": 1', '"schemaVersion": 2'), /has schemaVersion 2, this release reads 1/],
    [three, /is about another target, https:\/\/app\.example\.com/, { ...target, baseURL: 'https://other.example' }],
    [three, /is about another target, "readiness"/, { ...target, name: 'other' }],
    [jsonText(SAMPLES.aborted), /came to no result/],
    [jsonText(SAMPLES.aborted).replace('"status": "not-verified"', '"status": "attested"'), /came to no result/],
    [jsonText(buildReport(input([], { run: { status: 'unfinished', errors: [] } }))), /came to no result/],
  ];
  for (const [text, reason, ours] of cases) {
    const previous = read(text, ours);
    assert.ok('missing' in previous, String(reason));
    assert.match(previous.missing, /^nothing to compare with: [^\n]+$/);
    assert.match(previous.missing, reason);
  }
  const absent = readPrevious(join(folder, 'no\u001b.json'), target);
  assert.match(
    'missing' in absent ? absent.missing : '',
    /^nothing to compare with: .*no\\u\{1b\}\.json does not exist$/,
  );
  const folderItself = readPrevious(folder, target);
  assert.match('missing' in folderItself ? folderItself.missing : '', /cannot be read: Error: EISDIR/);

  assert.ok('report' in read(three));
  const preview = { name: 'readiness', baseURL: 'https://pr-2.example.com', profile: 'preview' as const };
  assert.ok('report' in read(three, preview as never), 'a preview has another URL each time');
});

test('a regression is named before everything else, in every form that people read', () => {
  const { three } = SAMPLES;
  const [first] = three.comparison?.regressions ?? [];
  assert.equal(first?.id, 'routes/protected-redirect');
  const shown = renderReport(three, { paint: (_colour, text) => text, paths: ['r'], unselected: new Set() });
  assert.ok(shown.indexOf('Regressions since 2026-11-24') > 0);
  assert.ok(shown.indexOf('Regressions since') < shown.indexOf('\nenvironment\n'), 'console');
  assert.match(shown, /\nSince 2026-11-24T09:30:00\.000Z: 2 regressions, 1 proof lost, 1 still failing, 1 fixed\n/);
  const text = markdown(three);
  assert.ok(
    text.indexOf('**Regressions') > 0 && text.indexOf('**Regressions') < text.indexOf('### Failures'),
    'Markdown',
  );
  const page = html(three);
  assert.ok(page.indexOf('Regressions:') > 0 && page.indexOf('Regressions:') < page.indexOf('id="fixes"'), 'HTML');
  // Then what nobody can say any more.
  assert.match(shown, /\n\nNo longer proven since 2026-11-24\S+\n {2}\[NOT VERIFIED\] abuse\/rate-limit: A burst/);
  for (const out of [shown, text, page])
    assert.ok(out.search(/Regressions/) < out.search(/No longer proven/) && out.includes('No longer proven'));
  // The lesser regression stands before the graver failure that is old.
  for (const [name, out] of Object.entries({
    shown: shown.slice(shown.indexOf('\nFailures\n')),
    text: text.slice(text.indexOf('### Failures')),
  }))
    assert.ok(out.indexOf('performance/static-bypass') < out.indexOf('api/forged-token'), name);
});
