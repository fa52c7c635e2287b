// Brings a machine with nothing but Node to where `npm start` and `npm test` run: packages, then a browser.
// Plain Node without dependencies; does nothing, quickly, when all is there.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A download that has not ended by then hangs behind a closed network. */
const DOWNLOAD_LIMIT_MS = 3 * 60_000;
const PACKAGE_LIMIT_MS = 10 * 60_000;

requireNode();
if (!packagesMatchLockfile()) installPackages();
await requireBrowser();

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const { engines } = readJson('package.json');
  const supported = major === 20 ? minor >= 19 : major === 22 ? minor >= 12 : major > 22;
  if (!supported) fail(`Node ${process.versions.node} is too old: this needs Node ${engines.node}.`);
}

/** npm writes what it installed to a lockfile inside node_modules, at the very end; an interrupted install leaves none. */
function packagesMatchLockfile() {
  const installed = readJson('node_modules/.package-lock.json')?.packages;
  if (!installed) return false;
  return Object.entries(readJson('package-lock.json').packages).every(([path, { version, optional }]) => {
    if (path === '') return true;
    if (!(path in installed)) return optional === true;
    return installed[path].version === version && existsSync(join(ROOT, path));
  });
}

function installPackages() {
  say('Installing packages (npm ci) …');
  const { status } = run('npm', ['ci', '--no-audit', '--no-fund'], { timeout: PACKAGE_LIMIT_MS });
  if (status !== 0)
    fail('npm ci failed; its messages stand above. Check the network and the registry (npm config get registry).');
}

async function requireBrowser() {
  const { tsImport } = await import('tsx/esm/api');
  const { BROWSER_VARIABLE, browserExecutable, missingBrowser } = await tsImport(
    '../src/config/browser.ts',
    import.meta.url,
  );
  const missing = () => missingBrowser(browserExecutable());
  if (missing() === undefined) return;
  const named = process.env[BROWSER_VARIABLE];
  if (named !== undefined && named !== '')
    fail(
      `${BROWSER_VARIABLE} is ${isAbsolute(named) ? '' : 'not an absolute path: '}${named}, but there is no browser. Correct it, or unset it to have one installed.`,
    );

  say('Installing a browser (playwright install chromium) …');
  const { stdout, stderr } = run('npx', ['playwright', 'install', 'chromium'], {
    timeout: DOWNLOAD_LIMIT_MS,
    env: { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' },
    // Behind a closed network it prints a stack for each of its many attempts.
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  if (missing() === undefined) return installSystemLibraries();

  const output = `${stdout}${stderr}`;
  const cause =
    output.match(/(getaddrinfo|connect) E[A-Z]+.*/)?.[0] ??
    output.match(/^Error: (?!.*caused by$)(.*)$/m)?.[1] ??
    `it did not end within ${DOWNLOAD_LIMIT_MS / 60_000} minutes`;
  const reason = `The download failed (${cause}).`;
  if (!existsSync('/usr/bin/apt-get')) {
    say(reason);
  } else {
    apt('update');
    for (const name of ['chromium-headless-shell', 'chromium']) {
      say(`${reason} Installing the ${name} package of the system (apt-get) …`);
      apt('install', '-y', '--no-install-recommends', name);
      if (missing() === undefined) return;
    }
  }
  fail(`No browser could be installed. Install Chromium or Chrome by hand and set ${BROWSER_VARIABLE} to its path.`);
}

/** Playwright's own browser needs libraries that a bare Linux lacks. */
function installSystemLibraries() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return;
  const { status } = run('npx', ['playwright', 'install-deps', 'chromium'], { timeout: PACKAGE_LIMIT_MS });
  if (status !== 0)
    say(
      'The libraries of the browser could not be installed; if it does not start, run "npx playwright install-deps chromium".',
    );
}

function apt(...args) {
  const root = process.getuid?.() === 0;
  const options = { timeout: PACKAGE_LIMIT_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  return root ? run('apt-get', args, options) : run('sudo', ['-n', 'apt-get', ...args], options);
}

function run(command, args, options) {
  return spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    ...options,
  });
}

function readJson(path) {
  const file = join(ROOT, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function say(text) {
  console.log(`[setup] ${text}`);
}

function fail(text) {
  console.error(`[setup] ${text}`);
  process.exit(1);
}
