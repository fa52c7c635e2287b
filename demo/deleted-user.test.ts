import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { browserLaunchOptions } from '../src/config/browser.ts';
import type { ReadinessOptions } from '../src/index.ts';
import { runRow } from '../tests/matrix/row.ts';
import { startDemo } from './demo.ts';
import type { Demo, Instance } from './demo.ts';
import { DEFECTS } from './defects/index.ts';
import { demoReadiness } from './readiness.ts';

const ID = 'session/revoked-open-page';

describe('a page that is open while its user is deleted', () => {
  let demo: Demo;
  let browser: Browser;
  before(async () => {
    demo = await startDemo({ kinds: ['live', 'test'], defects: true });
    browser = await chromium.launch(browserLaunchOptions());
  });
  after(async () => {
    await browser.close();
    await demo.close();
  });

  const revoked = async (instance: Instance, defect?: string) => {
    const options: ReadinessOptions = { ...demoReadiness(instance), session: { user: 'ephemeral' } };
    const row = await runRow(instance, defect === undefined ? undefined : DEFECTS.get(defect), {
      options,
      browser,
      only: ({ id }) => id === ID,
    });
    const outcome = row.cells.find(({ id }) => id === ID)?.outcome;
    assert.ok(outcome);
    return outcome;
  };

  for (const kind of ['live', 'test'] as const)
    test(`leads to sign-in on a ${kind} instance, and the user is gone`, async () => {
      const instance = demo.instances[kind];
      assert.ok(instance);
      const { status, reason, findings } = await revoked(instance);
      assert.deepEqual([status, findings], ['pass', []], reason);
      assert.match(reason, /its user is deleted/);
      assert.deepEqual(
        instance.clerk.users().filter(({ id }) => id !== instance.clerk.user.id),
        [],
      );
      assert.deepEqual(instance.clerk.openSessions(), []);
    });

  test('a page that waits for ever fails', async () => {
    assert.ok(demo.instances.live);
    const { status, findings } = await revoked(demo.instances.live, 'revoked-spinner');
    assert.equal(status, 'fail');
    const subjects = findings.map(({ subject }) => subject).filter((subject) => subject.includes('user is deleted'));
    assert.ok(
      subjects.some((subject) => subject.includes('left alone')),
      JSON.stringify(findings.map(({ subject }) => subject)),
    );
  });
});
