// Runs test files with node:test: `node .ci/unit.mjs <folder or file>… [--except <folder>]… [--one-by-one]`
// Node 20 has no globs of its own and runs one file at a time on two cores.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, normalize, sep } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: {
    except: { type: 'string', multiple: true, default: [] },
    'one-by-one': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const files = positionals
  .flatMap(testFiles)
  .filter((file) => !values.except.some((folder) => file.startsWith(normalize(folder) + sep)));

if (files.length === 0) {
  console.error(`No test files in ${positionals.join(', ')}`);
  process.exit(1);
}
// Files that start the demo share its ports.
const concurrency = values['one-by-one'] ? 1 : Math.max(2, availableParallelism());
const args = ['--import', 'tsx', '--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`, ...files];
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1);

function testFiles(path) {
  if (statSync(path).isFile()) return [normalize(path)];
  return readdirSync(path, { recursive: true })
    .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
    .map((name) => join(path, name))
    .toSorted();
}
