import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { closedPort, serve } from '../support/server.ts';
import { Playground } from '../report/playground.ts';
import { everyOption } from './options.ts';
import { PAGE } from './targets.ts';

const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** The shipped specs against a target, as a consumer runs them; without those that need a browser. */
async function config(baseURL: string, network: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const options = await everyOption(baseURL);
  return `
    import { defineReadinessConfig } from '../../../src/index.ts';
    export default defineReadinessConfig(
      ${JSON.stringify({ ...options, network: { ...options.network, ...network } })},
      { grepInvert: /@browser/, workers: 1 },
    );`;
}

/** Numbers of the processes that descend from one. */
function descendants(root: number): number[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ');
        return [{ pid: Number(name), parent: Number(fields[1]) }];
      } catch {
        return [];
      }
    });
  const found = [root];
  for (const pid of found) found.push(...processes.filter(({ parent }) => parent === pid).map((each) => each.pid));
  return found.slice(1);
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Waits until a condition holds; false when it does not within a time. */
async function eventually(holds: () => boolean, milliseconds = 20_000): Promise<boolean> {
  for (const end = performance.now() + milliseconds; performance.now() < end; await delay(50)) if (holds()) return true;
  return holds();
}

describe('npx playwright test', () => {
  it('against nothing: one message, exit code 1, no check runs', async (t) => {
    const port = await closedPort();
    const ground = new Playground(t, { 'playwright.config.ts': await config(`http://127.0.0.1:${port}`) });
    const { code, stdout } = await ground.run();
    assert.equal(code, 1);
    const report = ground.report();
    assert.equal(report.verdict, 'NOT READY');
    assert.match(report.verdictReason, new RegExp(`^Nothing listens at 127.0.0.1:${port} \\(connection refused\\)`));
    assert.equal(report.counts.fail + report.counts.pass, 0);
    assert.match(stdout, /Result: NOT READY/);
  });

  it('against a target that falls silent: the rest of the run does not wait for it', async (t) => {
    const asked: string[] = [];
    const { origin } = await serve(({ url = '' }, response) => {
      asked.push(url);
      if (asked.length <= 30) response.writeHead(200, HTML).end(PAGE);
    });
    const requestTimeoutMs = 2_000;
    const ground = new Playground(t, { 'playwright.config.ts': await config(origin, { requestTimeoutMs }) });
    const { code } = await ground.run();
    assert.equal(code, 1);
    const report = ground.report();
    assert.equal(report.verdict, 'NOT READY');
    const message = /stopped answering: after \d+ requests/;
    assert.match(report.verdictReason, message);
    const [lost, ...others] = report.checks.filter(({ reason }) => message.test(reason));
    assert.deepEqual([lost?.status, others], ['fail', []]);
    const unrun = report.checks.filter(({ reason }) => reason === 'not run: the target could not be judged');
    assert.ok(unrun.length > 10, `${unrun.length} checks did not run`);
    assert.ok(asked.length < 60, `${asked.length} requests`);
  });

  for (const when of ['at the start', 'in the middle'] as const) {
    it(`ended by Ctrl-C ${when} leaves no process, no socket and no file behind`, async (t) => {
      let asked = 0;
      const server = await serve((_, response) => {
        asked += 1;
        if (asked <= 20) response.writeHead(200, HTML).end(PAGE);
      });
      const ground = new Playground(t, {
        'playwright.config.ts': await config(server.origin, { requestTimeoutMs: 60_000 }),
      });
      const TMPDIR = join(ground.dir, 'tmp');
      mkdirSync(TMPDIR);
      const { child, done } = ground.start(['test'], { TMPDIR });
      const pid = child.pid ?? assert.fail('it did not start');
      const underWay = when === 'at the start' ? () => descendants(pid).length > 0 : () => asked > 20;
      assert.ok(await eventually(underWay, 60_000), 'the run is under way');
      const started = descendants(pid);
      child.kill('SIGINT');
      const { code } = await done;
      assert.equal(code, 130);
      assert.ok(await eventually(() => !started.some(isAlive)), `${started.filter(isAlive)} still run`);
      // Playwright keeps what it compiled for the next run.
      assert.deepEqual(
        readdirSync(TMPDIR).filter((name) => !name.startsWith('playwright-transform-cache')),
        [],
      );
      if (ground.has()) assert.equal(ground.report().verdict, 'NOT READY');
    });
  }
});
