// `npm test`: every step of the project's own proof, each also a script of its own in package.json.
// All steps run, whatever failed before, so that one run tells everything.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STEPS = [
  'check:types',
  'lint',
  'format:check',
  'check:unused',
  'check:package',
  'test:unit',
  'test:package',
  'test:demo',
  'test:matrix',
  'test:ready',
];

const setup = await step('set-up', process.execPath, ['.ci/setup.mjs']);
if (setup.code !== 0) process.exit(1);
const steps = [setup];
for (const name of STEPS) steps.push(await step(name, 'npm', ['run', '--silent', name]));
process.exit(summarize(steps));

/** Runs one step and counts the tests that its runner reports. */
async function step(name, command, args) {
  console.log(`\n=== ${name}`);
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) },
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  child.stderr.pipe(process.stderr, { end: false });
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (status) => resolve(status ?? 1));
  });
  const seconds = (performance.now() - started) / 1000;
  console.log(`=== ${name}: ${code === 0 ? 'ok' : 'FAILED'} in ${seconds.toFixed(1)} s`);
  return { name, code, seconds, ...countTests(stripVTControlCharacters(output)) };
}

/** Counts from the closing lines of node:test. */
function countTests(output) {
  const sum = (pattern) => [...output.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
  return { passed: sum(/^ℹ pass (\d+)$/gm), failed: sum(/^ℹ (?:fail|cancelled) (\d+)$/gm) };
}

function summarize(results) {
  console.log('\n=== summary');
  for (const { name, code, seconds } of results)
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${seconds.toFixed(1).padStart(6)} s  ${name}`);
  const failedSteps = results.filter(({ code }) => code !== 0);
  const passed = results.reduce((total, result) => total + result.passed, 0);
  // A step that fails without a failing test, such as the type-check, counts as one.
  const failed = failedSteps.reduce((total, result) => total + Math.max(1, result.failed), 0);
  console.log(`${passed} passed, ${failed} failed`);
  return failedSteps.length === 0 ? 0 : 1;
}
