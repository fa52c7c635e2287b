import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { resolveOptions } from '../../src/config/resolve.ts';
import { buildReport } from '../../src/report/report.ts';
import type { RunEnd } from '../../src/report/verdict.ts';
import type { Waiver } from '../../src/result.ts';
import type { Outcome } from '../../src/verify.ts';
import { settle, today } from '../../src/settle.ts';
import { catalogEntry } from '../../src/catalog.ts';
import { cli, folder } from './support/cli.ts';
import type { Ended } from './support/cli.ts';

const NOW = Date.now();
const day = (offset: number) => today(new Date(NOW + offset * 86_400_000));

/** A folder with the report of a run in which some checks failed and all others were not selected. */
function ran(statuses: Readonly<Record<string, Outcome['status']>>, end: Partial<RunEnd> = {}): string {
  const cwd = folder();
  const checks = Object.entries(statuses).map(([id, status]) => {
    const entry = catalogEntry(id);
    assert.ok(entry, id);
    const outcome = { status, reason: 'as the test says', findings: [], requests: 1, durationMs: 1 };
    return { result: settle(entry, outcome, { waive: {}, attest: {} }, day(0)), selected: true, complete: true };
  });
  const report = buildReport({
    tool: { name: 'clerk-readiness', version: '0.0.0' },
    target: {
      name: 'readiness',
      baseURL: 'https://a.example',
      profile: 'staging',
      mode: 'read-only',
    },
    startedAt: new Date(NOW),
    durationMs: 1,
    connectRequests: 1,
    checks,
    run: { status: 'finished', errors: [], ...end },
  });
  writeFileSync(join(cwd, 'report.json'), JSON.stringify(report));
  return cwd;
}

const baseline = (cwd: string, ...args: string[]): Promise<Ended> =>
  cli(['baseline', '--report', 'report.json', ...args], { cwd });

const FILE = 'readiness-waivers.json';
const waivers = (cwd: string) => JSON.parse(readFileSync(join(cwd, FILE), 'utf8')) as Record<string, Waiver>;

test('what fails is waived for 30 days, and the options take the file', async () => {
  const cwd = ran({ 'headers/csp': 'fail', 'headers/security': 'pass', 'cors/untrusted-origin': 'not-verified' });
  const { code, stdout } = await baseline(cwd, '--yes');
  assert.equal(code, 0);
  assert.deepEqual(waivers(cwd), { 'headers/csp': { reason: `baseline of ${day(0)}`, until: day(30) } });
  assert.match(stdout, /\+ headers\/csp, until /);
  assert.match(stdout, /waive: '\.\/readiness-waivers\.json',/);
  const path = join(cwd, FILE);
  const readiness = resolveOptions({ waive: path }, {});
  assert.deepEqual([readiness.waive, readiness.waiverFile], [waivers(cwd), path]);
});

test('waivers that hold are kept, expired ones renewed or dropped, those of passing checks dropped', async () => {
  const cwd = ran({
    'headers/csp': 'fail',
    'headers/security': 'pass',
    'cors/untrusted-origin': 'fail',
    'headers/cookies': 'fail',
  });
  const kept = { reason: 'SEC-1', until: day(5) };
  writeFileSync(
    join(cwd, FILE),
    JSON.stringify({
      'headers/csp': kept,
      'headers/security': { reason: 'SEC-2', until: day(5) },
      'cors/untrusted-origin': { reason: 'SEC-3', until: day(-1) },
      'abuse/rate-limit': { reason: 'SEC-4', until: day(-1) },
    }),
  );
  const { stdout } = await baseline(cwd, '--yes', '--days', '7', '--reason', 'SEC-9');
  const fresh = { reason: 'SEC-9', until: day(7) };
  assert.deepEqual(waivers(cwd), { 'headers/csp': kept, 'cors/untrusted-origin': fresh, 'headers/cookies': fresh });
  assert.match(stdout, /- headers\/security: it passes now/);
  assert.match(stdout, /- abuse\/rate-limit: its waiver ended on/);
  assert.match(stdout, /\+ cors\/untrusted-origin, until .*: its waiver ended on .*, and it still fails/);
});

test('nothing is written by --dry-run, and where nobody can be asked', async () => {
  const cwd = ran({ 'headers/csp': 'fail' });
  const dry = await baseline(cwd, '--dry-run');
  assert.deepEqual([dry.code, existsSync(join(cwd, FILE))], [0, false]);
  assert.match(dry.stdout, /\+ headers\/csp/);
  const silent = await baseline(cwd);
  assert.deepEqual([silent.code, existsSync(join(cwd, FILE))], [2, false]);
  assert.match(silent.stderr, /cannot be asked here: --yes says yes to it, --dry-run only looks/);
});

test('the line for the configuration is left out where a configuration names the file', async () => {
  const cwd = ran({ 'headers/csp': 'fail' });
  writeFileSync(join(cwd, 'readiness.config.ts'), `export const readiness = { waive: './${FILE}' };`);
  assert.doesNotMatch((await baseline(cwd, '--yes')).stdout, /Name it/);
});

const REFUSED: ReadonlyArray<readonly [name: string, end: Partial<RunEnd>, message: RegExp]> = [
  ['unfinished', { status: 'unfinished' }, /the run has not finished/],
  ['interrupted', { status: 'interrupted' }, /the run was interrupted/],
  ['aborted', { aborted: 'https://a.example is behind a wall' }, /is behind a wall/],
  ['with errors', { errors: ['a worker crashed'] }, /1 error outside of the checks/],
];
for (const [name, end, message] of REFUSED) {
  test(`a run that is ${name} waives nothing`, async () => {
    const cwd = ran({ 'headers/csp': 'fail' }, end);
    const { code, stderr } = await baseline(cwd, '--yes');
    assert.equal(code, 2);
    assert.match(stderr, /is not of a whole run, so nothing can be waived by it/);
    assert.match(stderr, message);
    assert.ok(!existsSync(join(cwd, FILE)));
  });
}

test('a run without checks waives nothing', async () => {
  const { code, stderr } = await baseline(ran({}), '--yes');
  assert.equal(code, 2);
  assert.match(stderr, /no check was selected/);
});

test('mistakes', async () => {
  const cwd = ran({ 'headers/csp': 'fail' });
  const cases: ReadonlyArray<readonly [args: string[], message: RegExp]> = [
    [['--days', '91'], /--days must be a whole number from 1 to 90; got "91"/],
    [['--reason', ' '], /--reason must not be empty/],
    [['--report', 'nowhere.json'], /there is no report at nowhere\.json: run "npx clerk-readiness check <url>" first/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await baseline(cwd, ...args);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
  writeFileSync(join(cwd, FILE), '{ "headers/cps": { "reason": "x", "until": "2026-12-01" } }');
  assert.match(
    (await baseline(cwd, '--yes')).stderr,
    /The waivers of readiness-waivers\.json are not valid:\n {2}- waive\['headers\/cps'\] is no check of this pack; did you mean "headers\/csp"\?/,
  );
  writeFileSync(join(cwd, FILE), '{');
  assert.match((await baseline(cwd, '--yes')).stderr, /readiness-waivers\.json, which is not JSON/);
});
