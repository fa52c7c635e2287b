import assert from 'node:assert/strict';
import type { Finding, Judgement } from '../../src/result.ts';

/** Asserts that a finding stands alone: what came back, what was expected, why, what to do, and how to see it. */
export function assertComplete(finding: Finding): void {
  const { subject, message, expected, cause, fix } = finding;
  for (const [name, text] of Object.entries({ subject, message, expected, cause, fix }))
    assert.ok(text.trim() !== '', `${name} is empty in ${JSON.stringify(finding)}`);
  if (finding.request) assert.match(finding.curl ?? '', /^curl /);
}

/** The only finding of a judgement, complete. */
export function only(judgement: Judgement): Finding {
  const [finding, ...rest] = judgement.findings;
  assert.ok(finding, `no finding: ${judgement.unverified ?? judgement.summary}`);
  assert.deepEqual(
    rest.map(({ subject, message }) => `${subject}: ${message}`),
    [],
  );
  assertComplete(finding);
  return finding;
}

/** Asserts that a judgement proves its point. */
export function assertClean(judgement: Judgement): void {
  assert.deepEqual(
    judgement.findings.map(({ subject, message }) => `${subject}: ${message}`),
    [],
  );
  assert.equal(judgement.unverified, undefined);
  assert.equal(judgement.inapplicable, undefined);
  assert.notEqual(judgement.summary, '');
}
