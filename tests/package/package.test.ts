import { after, describe } from 'node:test';
import { contents } from './contents.ts';
import { consumers } from './consumers.ts';
import { mistakes } from './mistakes.ts';
import { oneLiners } from './one-liners.ts';
import { story } from './story.ts';
import { Installation } from './support/consumer.ts';
import { oldestPlaywright } from './support/pack.ts';
import { typings } from './typings.ts';

const NPM_INSTALL = ['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts'] as const;
const npm = new Installation('npm', NPM_INSTALL);
const oldest = new Installation('oldest', NPM_INSTALL, oldestPlaywright());
const pnpm = new Installation('pnpm', ['npx', '--yes', 'pnpm@10', 'install', '--ignore-scripts', '--ignore-workspace']);

// One file and one process, so that the package is built, packed and installed once; two cases at a time.
describe('the packed package', { concurrency: 2 }, () => {
  after(() => {
    for (const installation of [npm, oldest, pnpm]) installation.remove();
  });
  story();
  contents();
  consumers({ npm, oldest, pnpm });
  oneLiners({ npm, pnpm });
  typings({ npm });
  mistakes({ npm });
});
