import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { authEvents, uptime, webhookAlerts } from '../../src/areas/monitoring.ts';
import type { Probe } from '../../src/config/options.ts';
import { verifySite } from '../support/site.ts';

const SECRET = ['sk', 'live', 'abcdefgh12345678'].join('_');

function run(check: typeof uptime, probe?: Probe) {
  return verifySite(
    check,
    (_request, response) => response.setHeader('content-type', 'text/html').end('<p>Hello</p>'),
    { profile: 'staging', clerk: { secretKey: SECRET }, ...(probe && { probe: { [check.id]: probe } }) },
  );
}

for (const check of [authEvents, webhookAlerts, uptime]) {
  describe(check.id, () => {
    it('is not verified without a probe, and says how to attest it', async () => {
      const { status, reason } = await run(check);
      assert.equal(status, 'not-verified');
      assert.ok(reason.includes(`attest: { '${check.id}'`), reason);
    });
    it('passes with what the probe found', async () => {
      const { status, reason } = await run(check, async ({ baseURL, since }) => {
        assert.match(baseURL, /^http:\/\/127\.0\.0\.1:\d+$/);
        assert.ok(since.getTime() <= Date.now());
        return `monitor 7, with ${SECRET}`;
      });
      assert.equal(status, 'pass', reason);
      assert.match(reason, /monitor 7/);
      assert.ok(!reason.includes(SECRET));
    });
    for (const nothing of [undefined, '', '  ']) {
      it(`fails when the probe gives ${JSON.stringify(nothing)}`, async () => {
        const { status, reason } = await run(check, () => nothing);
        assert.equal(status, 'fail');
        assert.match(reason, /the probe found nothing/);
      });
    }
    it('fails when the probe throws, in its own words without secrets', async () => {
      const { status, reason } = await run(check, () => {
        throw new Error(`401 for ${SECRET}`);
      });
      assert.equal(status, 'fail');
      assert.match(reason, /the probe failed: 401 for/);
      assert.ok(!reason.includes(SECRET));
    });
  });
}
