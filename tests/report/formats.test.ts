import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import AjvDraft04 from 'ajv-draft-04';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { parse } from 'parse5';
import { CATALOG } from '../../src/catalog.ts';
import { annotations } from '../../src/report/annotations.ts';
import { placeOf } from '../../src/report/config-file.ts';
import { renderReport } from '../../src/report/console.ts';
import { ctrf } from '../../src/report/ctrf.ts';
import { html } from '../../src/report/html.ts';
import { jsonText } from '../../src/report/json-text.ts';
import { markdown } from '../../src/report/markdown.ts';
import { failureMessage } from '../../src/report/message.ts';
import { buildReport } from '../../src/report/report.ts';
import type { Report } from '../../src/report/report.ts';
import { sarif } from '../../src/report/sarif.ts';
import { result } from './results.ts';
import { failingResult, input, SAMPLES } from './samples.ts';

const require = createRequire(import.meta.url);
const samples = Object.entries(SAMPLES) as Array<[string, Report]>;

function schema(path: string): object {
  return JSON.parse(readFileSync(path, 'utf8')) as object;
}

/** Of the standard, as others publish them. */
const SARIF_SCHEMA = schema(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));
const CTRF_SCHEMA = schema(require.resolve('ctrf').replace(/[^/]+$/, 'ctrf-schema-0.0.json'));
const REPORT_SCHEMA = schema(new URL('../../src/report/report.schema.json', import.meta.url).pathname);

interface SarifResult {
  ruleId: string;
  ruleIndex: number;
  level: string;
  message: { text: string };
  locations: Array<{ physicalLocation: { artifactLocation: { uri: string }; region?: { startLine: number } } }>;
  partialFingerprints: { primaryLocationLineHash: string };
  suppressions?: Array<{ justification: string }>;
}

function run(text: string) {
  const log = JSON.parse(text) as {
    runs: [
      {
        tool: { driver: { rules: Array<{ id: string; defaultConfiguration: { level: string } }> } };
        results: SarifResult[];
        invocations: [{ executionSuccessful: boolean }];
      },
    ];
  };
  return log.runs[0];
}

/** A configuration as consumers write it. */
const CONFIG = {
  path: 'e2e/playwright.config.ts',
  text: [
    "import { defineReadinessConfig } from 'clerk-readiness';",
    '',
    'export default defineReadinessConfig({',
    "  // baseURL: 'https://old.example.com',",
    "  baseURL: 'https://app.example.com',",
    "  routes: { protected: ['/dashboard'] },",
    "  api: ['/api/me'],",
    '  waive: {',
    "    'headers/csp': { reason: 'SEC-12', until: '2026-01-31' },",
    '  },',
    '});',
  ].join('\n'),
};

test('report.json, SARIF and CTRF fit the schemas of their standards', () => {
  // The schema of SARIF has a pattern that only the older form of regular expressions takes.
  const loose = { strict: false, allErrors: true, unicodeRegExp: false } as const;
  const cases = [
    ['report', new Ajv2020(loose), REPORT_SCHEMA, (report: Report) => jsonText(report)],
    ['sarif', new AjvDraft04.default(loose), SARIF_SCHEMA, (report: Report) => sarif(report)],
    [
      'sarif with a configuration',
      new AjvDraft04.default(loose),
      SARIF_SCHEMA,
      (report: Report) => sarif(report, CONFIG),
    ],
    ['ctrf', new Ajv(loose), CTRF_SCHEMA, ctrf],
  ] as const;
  for (const [format, ajv, standard, render] of cases) {
    addFormats.default(ajv);
    const isValid = ajv.compile(standard);
    assert.ok(!isValid({}), `${format}: the schema refuses what is none`);
    for (const [name, report] of samples) {
      // An own check may have any id that Playwright takes; only ours are promised to fit.
      if (format === 'report' && name === 'hostile') continue;
      assert.ok(isValid(JSON.parse(render(report))), `${format} of ${name}: ${ajv.errorsText(isValid.errors)}`);
    }
  }
});

test('SARIF has a rule for each check, a result for each error and warning, and suppressions for waivers', () => {
  const { three } = SAMPLES;
  const { tool, results, invocations } = run(sarif(three, CONFIG));
  assert.deepEqual(
    tool.driver.rules.map(({ id }) => id),
    three.checks.map(({ id }) => id),
  );
  for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex]?.id, ruleId);
  assert.equal(results.length, three.checks.flatMap(({ findings }) => findings).length);
  assert.equal(invocations[0].executionSuccessful, true);
  const of = (id: string) => results.filter(({ ruleId }) => ruleId === id);
  assert.deepEqual(
    of('routes/protected-redirect').map(({ level }) => level),
    ['error', 'warning'],
  );
  assert.deepEqual(
    of('performance/static-bypass').map(({ level }) => level),
    ['warning', 'warning'],
    'a check of medium severity is no error',
  );
  assert.deepEqual(of('headers/csp')[0]?.suppressions, [
    { kind: 'external', status: 'accepted', justification: 'SEC-12: moving to nonces (until 2027-01-31)' },
  ]);
  assert.equal(results.filter(({ suppressions }) => suppressions).length, 1);
  assert.deepEqual(of('routes/protected-redirect')[0]?.locations[0]?.physicalLocation, {
    artifactLocation: { uri: 'e2e/playwright.config.ts', uriBaseId: '%SRCROOT%' },
    region: { startLine: 6 },
  });
  assert.equal(of('headers/csp')[0]?.locations[0]?.physicalLocation.region?.startLine, 9, 'the line of the waiver');
  const bare = run(sarif(three)).results.find(({ ruleId }) => ruleId === 'routes/protected-redirect');
  assert.equal(bare?.locations[0]?.physicalLocation.artifactLocation.uri, 'https://app.example.com/dashboard');
});

test('fingerprints of SARIF are the same over runs, and each is there once', () => {
  const twice = failingResult('api/forged-token', '/api/me');
  const checks = [
    { ...twice, findings: [...twice.findings, ...twice.findings] },
    failingResult('api/error-shape', '/api/me'),
  ];
  const prints = (report: Report) =>
    run(sarif(report)).results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash);
  const first = prints(buildReport(input(checks)));
  const later = checks.map((check) => ({
    ...check,
    findings: check.findings.map((finding) => ({ ...finding, message: 'told otherwise', fix: 'another' })),
  }));
  assert.deepEqual(prints(buildReport(input(later, { startedAt: new Date() }))), first);
  assert.equal(new Set(first).size, first.length);
});

test('a run that came to no end is an error in SARIF, so that no alert is closed by it', () => {
  const { results, invocations } = run(sarif(SAMPLES.aborted));
  assert.equal(invocations[0].executionSuccessful, false);
  assert.deepEqual(
    results.map(({ ruleId, level, message }) => [ruleId, level, message.text]),
    [['readiness/run', 'error', 'NOT READY: Nothing listens at 127.0.0.1:1']],
  );
});

test('in CTRF only a proof is passed, and rawStatus says what the rest is', () => {
  const { results } = JSON.parse(ctrf(SAMPLES.three)) as {
    results: {
      summary: Record<string, number>;
      tests: Array<{ testId: string; status: string; rawStatus: string; extra: Record<string, unknown> }>;
    };
  };
  assert.deepEqual(Object.fromEntries(results.tests.map(({ rawStatus, status }) => [rawStatus, status])), {
    pass: 'passed',
    fail: 'failed',
    waived: 'other',
    attested: 'other',
    'not-verified': 'skipped',
    'not-applicable': 'skipped',
  });
  const { tests, passed = 0, failed = 0, skipped = 0, pending = 0, other = 0 } = results.summary;
  assert.equal(passed + failed + skipped + pending + other, tests);
  assert.equal(passed, SAMPLES.three.counts.pass);
  const csp = results.tests.find(({ testId }) => testId === 'headers/csp');
  assert.deepEqual(csp?.extra, {
    id: 'headers/csp',
    severity: 'high',
    row: 'CSP headers configured',
    requests: 2,
    waiver: { reason: 'SEC-12: moving to nonces', until: '2027-01-31', state: 'active' },
  });
});

test('annotations stand on the waiver, on the option, or where our options begin', () => {
  const expired = { reason: 'SEC-12', until: '2026-01-31', state: 'expired' } as const;
  const report = buildReport(
    input([
      { ...failingResult('headers/csp', '/'), waiver: expired },
      failingResult('routes/protected-redirect'),
      failingResult('acme/tenants'),
    ]),
  );
  const lines = annotations(report, CONFIG).split('\n');
  assert.match(
    lines[0] ?? '',
    /^::error file=e2e\/playwright\.config\.ts,line=6,title=routes\/protected-redirect \(critical\)::Protected pages send .*\. Fix: Add the path to the matcher/,
  );
  assert.match(lines[1] ?? '', /line=9,title=headers\/csp \(high\)::.*The waiver expired on 2026-01-31\. Fix: /);
  assert.match(lines[2] ?? '', /line=5,title=acme\/tenants/);
  assert.equal(lines.length, 3);
  const waivers = { path: 'waivers.json', text: '{\n  "headers/csp": {}\n}' };
  assert.match(annotations(report, { ...CONFIG, waivers }), /file=waivers\.json,line=2,title=headers\/csp/);
  const text = 'x\nexport default defineReadinessConfig(options);';
  assert.deepEqual(placeOf({ path: 'a.ts', text }, { id: 'acme/b' }), { path: 'a.ts', line: 2 });
  assert.deepEqual(placeOf({ path: 'a.ts', text: 'x' }, { id: 'acme/b' }), { path: 'a.ts', line: 1 });

  const nowhere = annotations(report, undefined).split('\n');
  assert.match(nowhere[0] ?? '', /^::error title=/);
  assert.equal(annotations(SAMPLES.ready, CONFIG), '');
  assert.equal(
    annotations(SAMPLES.aborted, CONFIG),
    '::error title=NOT READY%3A readiness::Nothing listens at 127.0.0.1:1',
  );
  assert.equal(annotations(SAMPLES.sixty, CONFIG).split('\n').length, 10, 'GitHub shows ten');
});

/** Elements and attributes of a page or a fragment, in document order. */
function elements(page: string): Array<{ tag: string; attributes: Record<string, string> }> {
  interface Node {
    tagName?: string;
    attrs?: Array<{ name: string; value: string }>;
    childNodes?: Node[];
  }
  const walk = (node: Node): Array<{ tag: string; attributes: Record<string, string> }> => [
    ...(node.tagName === undefined
      ? []
      : [
          {
            tag: node.tagName,
            attributes: Object.fromEntries((node.attrs ?? []).map(({ name, value }) => [name, value])),
          },
        ]),
    ...(node.childNodes ?? []).flatMap(walk),
  ];
  return walk(parse(page) as Node);
}

test('hostile text adds no element, no handler and no address to the scorecard', () => {
  const tags = (report: Report) => new Set(elements(html(report)).map(({ tag }) => tag));
  assert.deepEqual(
    [...tags(SAMPLES.hostile)].filter((tag) => !tags(SAMPLES.three).has(tag)),
    [],
  );
  const all = elements(html(SAMPLES.hostile));
  assert.equal(all.filter(({ tag }) => tag === 'script').length, 1);
  assert.equal(all.filter(({ tag }) => tag === 'style').length, 1);
  for (const { tag, attributes } of all) {
    assert.ok(
      !Object.keys(attributes).some((name) => name.startsWith('on') || name === 'src' || name === 'style'),
      tag,
    );
    const { href } = attributes;
    const isOurs =
      href === undefined || href.startsWith('#') || CATALOG.some(({ docs }) => new URL(docs).href === href);
    // Pages named by findings come from the judges, so an address of http(s) stays a link.
    assert.ok(isOurs || href.startsWith('https://evil.example/%3C/summary'), href);
  }
});

test('hostile text is plain text in Markdown: no element, link, image, mention or reference of its own', () => {
  const rendered = (report: Report) =>
    micromark(markdown(report), { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
  const page = rendered(SAMPLES.hostile);
  const found = elements(page);
  const allowed = new Set(elements(rendered(SAMPLES.three)).map(({ tag }) => tag));
  assert.deepEqual([...new Set(found.map(({ tag }) => tag).filter((tag) => !allowed.has(tag)))], []);
  const links = found.filter(({ tag }) => tag === 'a').map(({ attributes }) => attributes['href'] ?? '');
  // Pages named by findings come from the judges, so an address of http(s) stays a link; nothing else becomes one.
  assert.ok(
    links.every((link) => link.startsWith('https://evil.example/%3C/summary')),
    links.join('\n'),
  );
  const text = page.replace(/<(pre|code|a)\b[\s\S]*?<\/\1>/g, '');
  assert.doesNotMatch(text, /@octocat|#1\b/, 'GitHub would notify and link');
  assert.equal(
    found.filter(({ tag }) => tag === 'details').length,
    (markdown(SAMPLES.hostile).match(/^<details>/gm) ?? []).length,
  );
  assert.ok(markdown(SAMPLES.sixty).length < 1024 * 1024, 'GitHub refuses a longer job summary');
});

test('text that looks like the start of a block stays text in Markdown', () => {
  for (const start of [
    '- a',
    '+ a',
    '1. a',
    '1) a',
    '# a',
    '> a',
    '=== a',
    '--- a',
    '* a',
    '    a',
    '~~~ a',
    '``` a',
    '| a | b |',
    '<div>',
    'www.a.example',
    'HTTPS://a.example',
    '~a~',
    '#1; a',
    '@octocat',
  ]) {
    const report = buildReport(input([], { run: { status: 'finished', errors: [], aborted: start } }));
    const page = micromark(markdown(report), {
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
      allowDangerousHtml: true,
    });
    const paragraph = page.split('\n')[1] ?? '';
    assert.match(paragraph, /^<p>[^<]*<\/p>$/, start);
    assert.doesNotMatch(paragraph, /[@#]\w/, start);
  }
});

test('hostile text cannot give a command to a CI in anything that is printed', () => {
  const { hostile } = SAMPLES;
  const failing = hostile.checks.find(({ id }) => id === 'routes/bypass') ?? result('a/b');
  const printed = {
    console: renderReport(hostile, { paint: (_colour, text) => text, paths: ['report.json'], unselected: new Set() }),
    message: failureMessage(failing, failing.findings),
    reasonOnly: failureMessage(failing, []),
    'report.json': jsonText(hostile),
    'report.sarif': sarif(hostile),
    'ctrf.json': ctrf(hostile),
  };
  for (const [name, text] of Object.entries(printed)) {
    // GitHub trims a line before it looks for a command, and finds the older form anywhere in it.
    assert.doesNotMatch(text, /^\s*::[a-z-]+.*::/im, name);
    assert.doesNotMatch(text, /##\w*\[/, name);
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/, name);
  }
  const commands = annotations(hostile, { path: 'a,b:c\n.ts', text: '' }).split('\n');
  assert.equal(commands.length, 1 + hostile.counts.fail);
  for (const command of commands) {
    assert.match(command, /^::error (file=a%2Cb%3Ac%0A\.ts,line=1,)?title=[^:,\r\n]*::[^\r\n]*$/);
    assert.doesNotMatch(command, /%0A::|##\w*\[/, 'what came as %0A stays text');
  }
});

test('hostile text makes no link and no placeholder in SARIF', () => {
  for (const { message } of run(sarif(SAMPLES.hostile)).results) {
    assert.doesNotMatch(message.text, /(?<!\\)\[/);
    assert.doesNotMatch(message.text, /(?<!\{)\{\d+\}/);
  }
});
