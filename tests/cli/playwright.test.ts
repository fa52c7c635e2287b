import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { INTERRUPTED, runPlaywright } from '../../src/cli/check/playwright.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Ends by itself, as Playwright does after its report, and says what signal it was sent. */
const CLI = `
  process.on('SIGINT', () => console.log('killed'));
  console.log('up');
  setTimeout(() => {}, 700);
`;

for (const [platform, passedOn] of [
  ['linux', true],
  // Ctrl-C reaches every process of a console there, and what Node calls a signal ends one on the spot, without a report.
  ['win32', false],
] as const) {
  test(`an interruption is ${passedOn ? '' : 'not '}passed on to Playwright on ${platform}`, async (t) => {
    const { platform: actual } = process;
    Object.defineProperty(process, 'platform', { value: platform });
    t.after(() => Object.defineProperty(process, 'platform', { value: actual }));
    const cli = join(temporaryFolder(), 'cli.mjs');
    writeFileSync(cli, CLI);
    const lines: string[] = [];
    const code = await runPlaywright({
      cli,
      args: [],
      runFile: '',
      withSecrets: false,
      colours: false,
      onLine: (line) => {
        lines.push(line);
        // The test runner listens for the others.
        if (line === 'up') process.emit('SIGHUP');
      },
      onProgress: () => {},
    });
    assert.deepEqual([code, lines], [INTERRUPTED, passedOn ? ['up', 'killed'] : ['up']]);
  });
}
