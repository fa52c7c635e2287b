import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { repository } from './support/repository.ts';
import { KEYS, onTerminal } from './support/terminal.ts';

const { ctrlC, endOfInput, enter } = KEYS;
const CONFIG = "export default {\n  testDir: 'e2e',\n};\n";

/** An app with a Playwright configuration: one question for the new files, one for each that changes. */
const app = () => repository({ 'package.json': '{}', '.gitignore': 'node_modules\n', 'playwright.config.mjs': CONFIG });

describe('init asks on a terminal', { skip: process.platform !== 'linux' && 'needs script of util-linux' }, () => {
  const FRESH = /Write readiness\.config\.mjs, \.github\/workflows\/readiness\.yml, \.env\.example\? \[y\/N\] /;
  for (const [name, answers, code, written] of [
    ['yes to all', [`y${enter}`, `YES${enter}`, ` yes ${enter}`], 0, ['new', 'config', 'ignore']],
    ['no to all', [`n${enter}`, `no${enter}`, `yeah${enter}`], 0, []],
    ['Enter is no', [enter, enter, enter], 0, []],
    ['yes to the new files only', [`y${enter}`, enter, enter], 0, ['new']],
    ['yes to one change only', [enter, `y${enter}`, enter], 0, ['config']],
    ['the end of the input is no', [endOfInput, endOfInput, endOfInput], 0, []],
    ['Ctrl-C at once', [ctrlC], 130, []],
    ['Ctrl-C after some were written', [`y${enter}`, ctrlC], 130, ['new']],
    ['Ctrl-C in the middle of an answer', [`ye${ctrlC}`], 130, []],
  ] as const) {
    test(name, async () => {
      const root = app();
      const ended = await onTerminal(['init'], root, answers);
      assert.equal(ended.code, code, ended.stdout);
      assert.match(ended.stdout, FRESH);
      const did = {
        new: existsSync(join(root, 'readiness.config.mjs')),
        config: readFileSync(join(root, 'playwright.config.mjs'), 'utf8') !== CONFIG,
        ignore: readFileSync(join(root, '.gitignore'), 'utf8') !== 'node_modules\n',
      };
      assert.deepEqual(
        Object.entries(did).flatMap(([part, is]) => (is ? [part] : [])),
        written,
      );
      // However it ends, it says what it did.
      assert.match(ended.stdout, written.length === 0 ? /\nNothing was written\.\n/ : /\nWritten: [^\n]+\n/);
      assert.equal(/\nNext:\n/.test(ended.stdout), code === 0);
      assert.doesNotMatch(ended.stdout, /Warning|^ {4}at /m);
    });
  }
});
