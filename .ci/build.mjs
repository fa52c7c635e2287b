// Builds the package into a fresh dist/, so that nothing deleted in the sources is shipped.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));

/** What `exports` in package.json names as types. */
const ENTRIES = ['src/index.d.ts', 'src/report/reporter.d.ts'];

rmSync(dist, { recursive: true, force: true });
// Documentation is read in the types; in the scripts it would only be weight.
compile('--declaration', 'false', '--removeComments');
compile('--emitDeclarationOnly');
pruneTypes();
shrink();

function compile(...options) {
  const args = [join(typescript, 'bin/tsc'), '-p', 'tsconfig.build.json', ...options];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Removes the types that nobody can import: those that no entry leads to. */
function pruneTypes() {
  const reached = new Set();
  const queue = ENTRIES.map((entry) => join(dist, entry));
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file) || !existsSync(file)) continue;
    reached.add(file);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g))
      queue.push(resolve(dirname(file), path.replace(/\.(?:js|ts)$/, '.d.ts')));
  }
  for (const name of readdirSync(dist, { recursive: true })) {
    const file = join(dist, name);
    if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
  }
}

/**
 * Takes what no machine reads out of every script, each by itself: one file for each module, because Playwright tells
 * tests apart by the file that declares them.
 */
function shrink() {
  for (const name of readdirSync(dist, { recursive: true })) {
    if (!name.endsWith('.js')) continue;
    const file = join(dist, name);
    const { code } = transformSync(readFileSync(file, 'utf8'), {
      minify: true,
      format: 'esm',
      target: 'node20',
      charset: 'utf8',
    });
    writeFileSync(file, code);
  }
}
