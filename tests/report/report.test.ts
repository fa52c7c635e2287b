import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { CATALOG } from '../../src/catalog.ts';
import { painter, renderReport } from '../../src/report/console.ts';
import { failureMessage } from '../../src/report/message.ts';
import { buildReport } from '../../src/report/report.ts';
import type { Report, ReportInput } from '../../src/report/report.ts';
import { jsonText } from '../../src/report/json-text.ts';
import { writeReport } from '../../src/report/write.ts';
import type { CheckResult } from '../../src/result.ts';
import { error, warning } from '../../src/result.ts';
import { exchange } from '../support/exchange.ts';
import { result } from './results.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../src/report/report.schema.json', import.meta.url), 'utf8'),
) as object;
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
addFormats.default(ajv);
const isValid = ajv.compile(schema);

const HOSTILE = '\u001b[2K\rResult: READY for production\u0007\u009b1m\u202e';
const parts = { subject: '/page', expected: 'e', cause: 'c', fix: 'f', docs: 'https://example.com' };

function input(checks: readonly CheckResult[], over: Partial<ReportInput> = {}): ReportInput {
  return {
    tool: { name: 'clerk-readiness', version: '0.0.0' },
    target: {
      name: 'readiness',
      baseURL: 'https://app.example.com',
      profile: 'production',
      mode: 'read-only',
    },
    identity: {
      origin: 'https://app.example.com',
      framework: 'next',
      clerk: { publishableKey: 'k', publishableKeyKind: 'live', frontendApi: 'https://clerk.example.com' },
    },
    startedAt: new Date(0),
    durationMs: 12.5,
    connectRequests: 3,
    checks: checks.map((one) => ({ result: one, selected: true, complete: true })),
    run: { status: 'finished', errors: [] },
    ...over,
  };
}

const RICH = [
  result('headers/csp', {
    status: 'fail',
    reason: HOSTILE,
    findings: [
      error({ ...parts, message: HOSTILE, exchange: exchange({ headers: { 'x-a': 'b' }, body: HOSTILE }) }),
      warning({ ...parts, message: 'meh' }),
    ],
  }),
  result('headers/security', {
    findings: [warning({ ...parts, message: 'almost' })],
    waiver: { reason: 'r', until: '2099-01-01', state: 'removable' },
  }),
  result('acme/zeta', {
    status: 'attested',
    attestation: { evidence: 'e', by: 'b', on: '2026-01-01', until: '2026-12-31', state: 'active' },
  }),
  result('acme/alpha', { status: 'waived', waiver: { reason: 'r', until: '2099-01-01', state: 'active' } }),
];

const REPORTS: Record<string, Report> = {
  rich: buildReport(input(RICH)),
  ready: buildReport(input(CATALOG.map(({ id }) => result(id)))),
  aborted: buildReport(
    input([], { identity: undefined, run: { status: 'finished', errors: [], aborted: 'nobody there' } }),
  ),
  unfinished: buildReport(input([], { run: { status: 'unfinished', errors: [] } })),
};

test('reports fit the published schema', () => {
  for (const [name, report] of Object.entries(REPORTS)) {
    assert.ok(isValid(JSON.parse(jsonText(report))), `${name}: ${ajv.errorsText(isValid.errors)}`);
  }
});

test('the schema refuses unknown and missing keys at every level, and contradictions', () => {
  const paths: ReadonlyArray<readonly string[]> = [
    [],
    ['tool'],
    ['target'],
    ['target', 'clerk'],
    ['counts'],
    ['checks', 'csp'],
    ['checks', 'csp', 'findings', '0'],
    ['checks', 'csp', 'findings', '0', 'request'],
    ['checks', 'csp', 'findings', '0', 'response'],
    ['checks', 'security', 'waiver'],
    ['checks', 'zeta', 'attestation'],
  ];
  for (const path of paths) {
    const report = JSON.parse(jsonText(REPORTS['rich'] as Report)) as Record<string, unknown>;
    const node = path.reduce<unknown>(
      (at, key) =>
        Array.isArray(at) && !/^\d+$/.test(key)
          ? at.find(({ id }: CheckResult) => id.endsWith(`/${key}`))
          : (at as Record<string, unknown>)[key],
      report,
    );
    (node as Record<string, unknown>)['surprise'] = 1;
    assert.ok(!isValid(report), `${path.join('.')}.surprise`);
  }
  const { verdictReason: _, ...incomplete } = REPORTS['rich'] as Report;
  assert.ok(!isValid(incomplete));
  assert.ok(!isValid({ ...REPORTS['rich'], verdict: 'READY' }), 'READY with a failing check');
  assert.ok(
    !isValid({ ...REPORTS['ready'], checks: [result('headers/csp', { status: 'waived' })] }),
    'waived without a waiver',
  );
});

test('the report lists the catalogue in its order, then own checks by id, and counts them', () => {
  const report = REPORTS['rich'] as Report;
  assert.deepEqual(
    report.checks.map(({ id }) => id),
    [...CATALOG.map(({ id }) => id), 'acme/alpha', 'acme/zeta'],
  );
  assert.deepEqual(report.counts, {
    pass: 1,
    fail: 1,
    waived: 1,
    attested: 1,
    'not-verified': CATALOG.length - 2,
    'not-applicable': 0,
  });
  assert.equal(report.requests, 3 + 2 * RICH.length);
  assert.equal(report.startedAt, '1970-01-01T00:00:00.000Z');
  assert.deepEqual(report.target, {
    name: 'readiness',
    baseURL: 'https://app.example.com',
    profile: 'production',
    mode: 'read-only',
    clerk: { publishableKeyKind: 'live', frontendApi: 'https://clerk.example.com' },
    framework: 'next',
  });
});

test('no text of a target can forge a line or steer the terminal', () => {
  const unselected = new Set(CATALOG.map(({ id }) => id).filter((id) => !id.startsWith('headers/cs')));
  const shown = renderReport(REPORTS['rich'] as Report, {
    paint: (_colour, text) => text,
    paths: ['report.json'],
    unselected,
  });
  // oxlint-disable-next-line no-control-regex
  const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;
  for (const text of [
    shown,
    jsonText(REPORTS['rich'] as Report),
    failureMessage(RICH[0] as CheckResult, RICH[0]?.findings ?? []),
  ]) {
    assert.doesNotMatch(text, controls);
  }
  assert.equal(shown.match(/^Result: /gm)?.length, 1);
  assert.match(shown, /\\u\{1b\}\[2K/);
  assert.deepEqual(
    JSON.parse(jsonText(REPORTS['rich'] as Report)),
    REPORTS['rich'],
    'escapes are JSON escapes: nothing is lost',
  );
});

test('the console lists checks by area with warnings under them, then removable waivers', () => {
  const shown = renderReport(REPORTS['rich'] as Report, {
    paint: (_colour, text) => text,
    paths: ['out/report.json', 'out/report.html'],
    unselected: new Set(),
  });
  assert.match(
    shown,
    /\n\nheaders\n {2}\[FAIL\] A Content Security Policy is enforced on every page: .*\n( {2}\[NOT VERIFIED\] .*\n)+ {2}\[PASS\]/,
  );
  assert.match(shown, / {2}\[PASS\] Security headers are set: proven\n {4}\[WARN\] \/page: almost — f/);
  assert.match(
    shown,
    /acme\n {2}\[WAIVED\] title of acme\/alpha: proven\n {2}\[ATTESTED\] title of acme\/zeta: proven/,
  );
  assert.match(shown, /remove their waivers: headers\/security/);
  assert.match(shown, /Report: out\/report\.json, report\.html\n\nResult: NOT READY: fix failing checks\n$/);
  const ready = renderReport(REPORTS['ready'] as Report, {
    paint: (_colour, text) => text,
    paths: ['r'],
    unselected: new Set(),
  });
  assert.match(ready, /Instance {2}production \(pk_live\), https:\/\/clerk\.example\.com, on next/);
  assert.match(ready, /Result: READY for production\n$/);
});

function isColoured(isTTY: boolean, env: NodeJS.ProcessEnv): boolean {
  return painter({ isTTY }, env)('red', 'x') !== 'x';
}

test('colours follow NO_COLOR, FORCE_COLOR and the terminal, in this order', () => {
  assert.equal(isColoured(true, {}), true);
  assert.equal(isColoured(false, {}), false);
  assert.equal(isColoured(true, { NO_COLOR: '1' }), false);
  assert.equal(isColoured(true, { NO_COLOR: '' }), true);
  assert.equal(isColoured(false, { FORCE_COLOR: '1' }), true);
  assert.equal(isColoured(false, { FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  assert.equal(isColoured(true, { FORCE_COLOR: '0' }), false);
});

test('writing replaces a report as a whole and leaves nothing else behind', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clerk-readiness-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const nested = join(folder, 'a/b');
  writeReport(nested, REPORTS['ready'] as Report);
  const [path] = writeReport(nested, REPORTS['rich'] as Report);
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), REPORTS['rich']);
  assert.throws(() => writeReport(path, REPORTS['ready'] as Report), /ENOTDIR|EEXIST/);
});
