import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { Consumer } from './consumer.ts';
import type { Run } from './consumer.ts';
import { startDemo } from './demo.ts';
import type { Demo, Instance } from './demo.ts';

/** Tests that ask for the user in both ways and are held, so that both workers have their share. */
const TESTS = `
  test.setTimeout(300_000);
  for (const n of [1, 2, 3, 4])
    test('uses the user ' + n, async ({ testUser, signedIn }) => {
      expect((await signedIn.get('/api/me')).response?.status).toBe(200);
      appendFileSync('users', process.pid + ' ' + testUser.id + ' ' + signedIn.sessionId + '\\n');
      await held();
      if (n === 4) expect(process.env.FAIL).toBeUndefined();
    });`;

type Started = ReturnType<Consumer['start']>;

describe('an ephemeral user', () => {
  let demo: Demo;
  let instance: Instance;
  let consumer: Consumer;
  const groups: ChildProcess[] = [];
  before(async () => {
    demo = await startDemo({ kinds: ['live'], defects: false });
    assert.ok(demo.instances.live);
    instance = demo.instances.live;
  });
  after(() => demo.close());
  beforeEach(() => {
    consumer = own();
  });
  afterEach(() => {
    // Whatever a failed test left running.
    for (const { pid, exitCode, signalCode } of groups.splice(0))
      if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
    consumer.remove();
  });

  const own = (spec = TESTS) => new Consumer(instance, { mode: 'full', session: { user: 'ephemeral' } }, spec);
  const start = (which = consumer, workers = 2) => {
    const run = which.start(['--project=own', `--workers=${workers}`]);
    groups.push(run.child);
    return run;
  };
  const ephemeral = () => instance.clerk.users().filter(({ id }) => id !== instance.clerk.user.id);
  const nothingIsLeft = () => {
    assert.deepEqual(ephemeral(), []);
    assert.deepEqual(instance.clerk.openSessions(), []);
  };
  /** Until tests of so many workers hold a session. */
  const signedIn = async (which: Consumer, { done }: Started, workers: number) => {
    let ended: Run | undefined;
    void done.then((run) => (ended = run));
    while (new Set(which.lines('users').map((line) => line.split(' ')[0])).size < workers) {
      if (ended) assert.fail(ended.output);
      await delay(50);
    }
  };

  test('is one for each worker, signs in once, carries a tag and is gone after the run', async () => {
    instance.clerk.clearLog();
    const run = start();
    await signedIn(consumer, run, 2);
    const users = ephemeral();
    assert.equal(users.length, 2);
    for (const { email, externalId, privateMetadata } of users) {
      assert.match(email, /^clerk-readiness-\w+\+clerk_test@example\.com$/);
      const { run: id, pid } = privateMetadata.clerkReadiness as { run: string; pid: number };
      assert.ok(externalId?.startsWith(`clerk-readiness:${id}:`));
      assert.ok(consumer.lines('users').some((line) => line.startsWith(`${pid} `)));
    }
    assert.equal(new Set(users.map(({ privateMetadata }) => runOf(privateMetadata))).size, 1, 'one run, one id');
    consumer.release();
    const { code, output } = await run.done;
    assert.equal(code, 0, output);
    const sessions = consumer.lines('users').map((line) => line.split(' ')[2]);
    assert.equal(sessions.length, 4);
    assert.equal(new Set(sessions).size, 2, 'a worker signs in once');
    nothingIsLeft();
  });

  test('is gone after a run that fails', async () => {
    const failing = own(TESTS.replace('process.env.FAIL', "'x'"));
    failing.release();
    const { code, output } = await start(failing).done;
    failing.remove();
    assert.equal(code, 1, output);
    assert.match(output, /1 failed/);
    nothingIsLeft();
  });

  test('is gone after Ctrl-C', async () => {
    const run = start();
    await signedIn(consumer, run, 2);
    assert.equal(ephemeral().length, 2);
    // A terminal sends it to every process of the group.
    process.kill(-(run.child.pid ?? 0), 'SIGINT');
    const { code, output } = await run.done;
    assert.notEqual(code, 0, output);
    nothingIsLeft();
  });

  test('is removed at the next start after a kill; nobody else is', async () => {
    const killed = start();
    await signedIn(consumer, killed, 2);
    process.kill(-(killed.child.pid ?? 0), 'SIGKILL');
    await once(killed.child, 'close');
    const leftOver = ephemeral();
    assert.equal(leftOver.length, 2, 'a killed run leaves its users');

    const similar = instance.clerk.addUser({
      email: 'clerk-readiness-0123456789abcdef+clerk_test@example.com',
      firstName: '',
      lastName: '',
      password: undefined,
      createdAt: Date.now() - 24 * 3600 * 1000,
    });
    const parallel = own();
    const running = start(parallel, 1);
    await signedIn(parallel, running, 1);
    assert.ok(!ephemeral().some(({ id }) => leftOver.some((left) => left.id === id)), 'they are gone at once');

    consumer.release();
    const next = await start(consumer, 1).done;
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(
      ephemeral().map(({ id }) => id),
      [similar.id, parallel.lines('users')[0]?.split(' ')[1]],
      'the user of a run that is under way stays, and so does one without a tag',
    );

    parallel.release();
    const { code, output } = await running.done;
    parallel.remove();
    assert.equal(code, 0, output);
    assert.match(output, /removed 2 ephemeral test users of runs that did not end/);
    assert.deepEqual(
      ephemeral().map(({ id }) => id),
      [similar.id],
    );
    assert.ok(!output.includes('clerk-readiness-0'), 'nobody is named');
  });
});

function runOf(metadata: Readonly<Record<string, unknown>>): string {
  return (metadata.clerkReadiness as { run: string }).run;
}
