import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorTracking } from '../../src/areas/monitoring.ts';
import { reportedIn } from '../../src/areas/monitoring/envelope.ts';
import type { ErrorTrackingEvidence } from '../../src/areas/monitoring/error-tracking.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { expectation, ORIGIN } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';

const USER = 'user_2abc';
const INGEST = 'https://o1.ingest.sentry.io/api/1/envelope/';
const EVIDENCE: ErrorTrackingEvidence = {
  path: '/dashboard',
  userId: USER,
  sdk: true,
  late: false,
  blocked: [],
  provoked: 1,
};

function judge(over: Partial<ErrorTrackingEvidence>, options: ReadinessOptions = { errorTracking: {} }) {
  return errorTracking.judge({ ...EVIDENCE, ...over }, expectation(options));
}
const report = (user: { id?: string; fields?: string[] }, url = INGEST) => ({
  report: { url, format: 'sentry' as const, user: { fields: [], ...user } },
});

describe('monitoring/error-tracking', () => {
  it('passes on a report with the Clerk id', () => assertClean(judge(report({ id: USER }))));
  it('passes on a report through a tunnel', () => assertClean(judge(report({ id: USER }, `${ORIGIN}/monitoring`))));
  it('passes without the option when a report came', () => assertClean(judge(report({ id: USER }), {})));

  it('fails without a user', () => assert.match(only(judge(report({}))).message, /names no user/));
  it('fails on another id', () =>
    assert.match(only(judge(report({ id: 'x@example.com' }))).message, /another user\.id/));
  it('fails without a report', () => assert.match(only(judge({ provoked: 12 })).message, /12 uncaught errors/));
  it('fails without a report where the SDK is, although nothing is declared', () =>
    assert.equal(only(judge({}, {})).level, 'error'));
  it('names the policy that blocks reports', () => {
    const blocked = [{ page: `${ORIGIN}/dashboard`, directive: 'connect-src', blocked: INGEST }];
    const finding = only(judge({ blocked }));
    assert.match(finding.message, /blocks https:\/\/o1\.ingest/);
    assert.match(finding.fix, /https:\/\/o1\.ingest\.sentry\.io to connect-src/);
  });
  it('warns about personal data', () => {
    const finding = only(judge(report({ id: USER, fields: ['email', 'ip_address'] })));
    assert.equal(finding.level, 'warning');
    assert.match(finding.message, /email, ip_address/);
  });
  it('proves nothing without an SDK where nothing is declared', () =>
    assert.match(judge({ sdk: false }, {}).unverified ?? '', /errorTracking: false/));
  it('proves nothing where a tracker packs its reports or sends them later, declared or not', () => {
    for (const options of [{ errorTracking: {} }, {}]) {
      const { findings, unverified } = judge({ sdk: false, late: true, provoked: 12 }, options);
      assert.deepEqual(findings, []);
      assert.match(unverified ?? '', /packed or later.*attest/);
    }
    assertClean(judge({ ...report({ id: USER }), sdk: false, late: true }));
    assert.equal(only(judge({ sdk: true, late: true })).level, 'error', 'Sentry sends at once');
  });
  it('proves nothing where nobody is signed in', () =>
    assert.equal(judge({ signedOut: 'not signed in' }).unverified, 'not signed in'));
});

describe('a Sentry envelope', () => {
  const lines = (...items: unknown[]) => items.map((item) => JSON.stringify(item)).join('\n');
  const header = { event_id: 'a', sent_at: '2026-11-23T00:00:00Z' };
  const event = (user: unknown) => ({ exception: { values: [{ value: 'probe 1a, error 1' }] }, user });
  const read = (user: unknown) => reportedIn(lines(header, { type: 'event' }, event(user)), 'probe 1a');

  it('gives the user', () => assert.deepEqual(read({ id: USER }), { id: USER, fields: [] }));
  it('gives the names of further fields that are filled in', () =>
    assert.deepEqual(read({ id: 7, email: 'a@example.com', username: null, geo: { city: '' } }), {
      id: '7',
      fields: ['email'],
    }));
  it('gives nothing of a user that is not there', () => assert.deepEqual(read(undefined), { fields: [] }));
  it('knows an envelope about something else', () =>
    assert.equal(reportedIn(lines(header, { type: 'session' }, { sid: 'x' }), 'probe 1a'), 'none'));
  it('takes other bodies for none', () => {
    for (const body of ['', 'name=1', '{"name":"x"}', '[1]', 'null'])
      assert.equal(reportedIn(body, 'probe 1a'), undefined);
  });
});
