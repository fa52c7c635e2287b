import assert from 'node:assert/strict';
import test from 'node:test';
import { CATALOG, areaOf } from '../../src/catalog.ts';
import { TOOL } from '../../src/target/user-agent.ts';
import { cli, REPOSITORY, run } from './support/cli.ts';

/** Mistakes in the call and the one message each. */
const MISTAKES: ReadonlyArray<readonly [args: readonly string[], message: RegExp]> = [
  [['chekc'], /^clerk-readiness: "chekc" is not a command; did you mean "check"\?$/],
  [['frobnicate'], /^clerk-readiness: "frobnicate" is not a command; there are check, init, list, explain, baseline$/],
  [['https://example.com'], /^clerk-readiness: the command is missing: clerk-readiness check https:\/\/example\.com$/],
  [['check'], /^clerk-readiness: check needs a URL, as in .*READINESS_BASE_URL$/],
  [['check', 'staging.example.com'], /"staging\.example\.com" is no URL: write https:\/\/ in front/],
  [['check', 'https://example.com/app'], /baseURL must be the origin of the site without a path/],
  [['check', 'https://a.example', 'https://b.example'], /check does not take "https:\/\/b\.example"/],
  [['check', 'https://a.example', '--profle', 'x'], /--profle is not a flag of check; did you mean "--profile"\?/],
  [['check', 'https://a.example', '--profile'], /--profile.*argument missing; see clerk-readiness check --help/],
  [
    ['check', 'https://a.example', '--profile', 'prod'],
    /--profile must be one of production, staging, preview; got "prod"/,
  ],
  [['check', 'https://a.example', '--header', 'secret'], /--header must be name=value, as in/],
  [
    ['check', 'https://a.example', '--api', 'api/me'],
    /api\[0\] must be a path that starts with one "\/"; got "api\/me"/,
  ],
  [['check', 'https://a.example', '--workers', 'many'], /--workers must be a number or a percentage; got "many"/],
  [['check', 'https://a.example', '--last', '--compare', 'x.json'], /--last and --compare exclude each other/],
  [['check', 'https://a.example', '--compare', 'x.json'], /--compare names x\.json, but there is no such file/],
  [['list', '--area', 'header'], /--area must be one of .*; got "header"; did you mean "headers"\?/],
  [['list', '--tag', 'smok'], /--tag must be one of .*; got "smok"; did you mean "smoke"\?/],
  [['explain'], /explain needs the id of a check/],
  [['explain', 'headers/cps'], /"headers\/cps" is no check; did you mean "headers\/csp"\?/],
  [['explain', 'csp'], /"csp" is no check; did you mean "headers\/csp"\?/],
  [['explain', 'zzzzzzzz'], /"zzzzzzzz" is no check; clerk-readiness list names them all/],
];

for (const [args, message] of MISTAKES) {
  test(`a mistake: ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await cli(args);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr.trimEnd(), message);
    assert.doesNotMatch(stderr, /^\s+at /m);
  });
}

test('the value of a header is not repeated in a message', async () => {
  const { stderr } = await cli(['check', 'https://a.example', '--header', 'a-secret-without-a-name']);
  assert.doesNotMatch(stderr, /a-secret-without-a-name/);
});

test('without a command there is help, and 2; asked for, it is help, and 0', async () => {
  const nothing = await cli([]);
  assert.deepEqual([nothing.code, nothing.stdout], [2, '']);
  const help = await cli(['--help']);
  assert.deepEqual([help.code, help.stdout], [0, nothing.stderr]);
  assert.deepEqual(await cli(['--version']), { code: 0, stdout: `${TOOL.version}\n`, stderr: '' });
});

for (const command of ['check', 'init', 'list', 'explain', 'baseline']) {
  test(`${command} --help`, async () => {
    const { code, stdout } = await cli([command, '--help']);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^clerk-readiness ${command}`));
  });
}

test('list names every check, list --json has the entries', async () => {
  const { stdout } = await cli(['list']);
  for (const { id, title } of CATALOG) assert.ok(stdout.includes(id) && stdout.includes(title), id);
  assert.deepEqual(JSON.parse((await cli(['list', '--json'])).stdout), JSON.parse(JSON.stringify(CATALOG)));
});

test('list --area and --tag choose', async () => {
  const ids = async (...args: string[]) =>
    (JSON.parse((await cli(['list', '--json', ...args])).stdout) as Array<{ id: string }>).map(({ id }) => id);
  const smoke = CATALOG.filter((entry) => entry.smoke).map(({ id }) => id);
  assert.deepEqual(await ids('--tag', 'smoke'), smoke);
  assert.deepEqual(
    await ids('--tag', '@readiness-smoke', '--area', 'headers'),
    smoke.filter((id) => areaOf(id) === 'headers'),
  );
});

test('explain says everything of the catalogue', async () => {
  const entry = CATALOG.find(({ id }) => id === 'webhook/forged-signature');
  assert.ok(entry);
  const { code, stdout } = await cli(['explain', entry.id]);
  assert.equal(code, 0);
  const alone = `npx playwright test --grep @${entry.id}`;
  for (const text of [entry.title, entry.severity, entry.why, entry.fix, entry.docs, alone, ...entry.needs])
    assert.ok(stdout.includes(text), text);
});

test('the command that runs a check alone selects no other whose id begins with its own', async () => {
  const { stdout } = await cli(['explain', 'headers/csp']);
  const grep = /--grep (\S+)$/m.exec(stdout)?.[1] ?? '';
  const command = ['node_modules/@playwright/test/cli.js', 'test', '--list', '--grep', grep];
  const env = { READINESS_BASE_URL: 'http://127.0.0.1:9' };
  const listed = await run(process.execPath, command, { cwd: REPOSITORY, env }).done;
  const ids = listed.stdout.split('\n').filter((line) => line.includes(' › '));
  assert.ok(ids.length > 0, listed.stdout);
  for (const line of ids) assert.match(line, /headers\.spec\..*Content Security Policy is enforced/);
});
