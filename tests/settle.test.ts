import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Attestation, Waiver } from '../src/result.ts';
import { settle, today } from '../src/settle.ts';
import type { Outcome } from '../src/verify.ts';

const ENTRY = { id: 'headers/csp', title: 'A policy', row: 'CSP headers configured', severity: 'high' } as const;
const TODAY = '2026-11-23';

function settled(
  status: Outcome['status'],
  { waiver, attestation }: { waiver?: Waiver; attestation?: Attestation } = {},
) {
  const outcome: Outcome = { status, reason: 'the reason', findings: [], requests: 2, durationMs: 3 };
  return settle(
    ENTRY,
    outcome,
    { waive: waiver ? { [ENTRY.id]: waiver } : {}, attest: attestation ? { [ENTRY.id]: attestation } : {} },
    TODAY,
  );
}

const waiver = (until: string): Waiver => ({ reason: 'SEC-12', until });
const attestation = (on: string, until?: string): Attestation => ({
  evidence: 'https://status.example.com',
  by: 'platform team',
  on,
  ...(until !== undefined && { until }),
});

describe('a waiver', () => {
  for (const [until, status, state] of [
    ['2026-11-22', 'fail', 'expired'],
    ['2026-11-23', 'waived', 'active'],
    ['2027-01-01', 'waived', 'active'],
  ] as const) {
    it(`until ${until} makes a failure ${status}`, () => {
      const result = settled('fail', { waiver: waiver(until) });
      assert.equal(result.status, status);
      assert.equal(result.waiver?.state, state);
      assert.match(result.reason, new RegExp(until));
    });
  }
  it('for a passing check is removable and changes nothing', () => {
    const result = settled('pass', { waiver: waiver('2027-01-01') });
    assert.deepEqual([result.status, result.waiver?.state, result.reason], ['pass', 'removable', 'the reason']);
  });
  for (const status of ['not-verified', 'not-applicable'] as const) {
    it(`does not cover ${status}`, () =>
      assert.equal(settled(status, { waiver: waiver('2027-01-01') }).status, status));
  }
});

describe('an attestation', () => {
  for (const [name, given, status, state, reason] of [
    ['of today', attestation(TODAY), 'attested', 'active', /attested by platform team/],
    ['on its last day by default', attestation('2026-08-25'), 'attested', 'active', /attested/],
    ['91 days old', attestation('2026-08-24'), 'not-verified', 'expired', /has expired/],
    ['on its last day', attestation('2026-01-01', TODAY), 'attested', 'active', /attested/],
    ['after its last day', attestation('2026-01-01', '2026-11-22'), 'not-verified', 'expired', /has expired/],
    ['of tomorrow', attestation('2026-11-24'), 'not-verified', 'expired', /dated in the future/],
  ] as const) {
    it(`${name} leaves what could not be verified ${status}`, () => {
      const result = settled('not-verified', { attestation: given });
      assert.deepEqual([result.status, result.attestation?.state], [status, state]);
      assert.match(result.reason, reason);
    });
  }
  for (const status of ['fail', 'pass', 'not-applicable'] as const) {
    it(`does not change ${status}`, () =>
      assert.equal(settled(status, { attestation: attestation(TODAY) }).status, status));
  }
});

describe('a result', () => {
  it('carries the outcome and the entry', () => {
    const { id, area, severity, requests, durationMs, row } = settled('pass');
    assert.deepEqual(
      { id, area, severity, requests, durationMs, row },
      { id: 'headers/csp', area: 'headers', severity: 'high', requests: 2, durationMs: 3, row: ENTRY.row },
    );
  });
  it('takes the day in UTC', () => assert.equal(today(new Date('2026-11-23T23:59:59Z')), '2026-11-23'));
});
