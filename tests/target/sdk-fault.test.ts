import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainSdkFaults, sdkFaultEvidence } from '../../src/target/sdk-fault.ts';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('sdkFaultEvidence', () => {
  for (const [name, credential, mendedIn] of [
    ['three parts that are no base64url', 'aaa.bbb.ccc', '3.15.0'],
    ['three empty parts', '..', '3.15.0'],
    ['claims that are cut', `${part({ alg: 'RS256' })}.${part({ sub: 'user' }).slice(0, 8)}.AAAA`, '3.15.0'],
    ['a percent sign that encodes half a letter', '%E0%A4%A', '3.16.7'],
    ['a token', `${part({ alg: 'RS256' })}.${part({})}.AAAA`, undefined],
    ['one part', 'garbage', undefined],
    ['a percent sign that encodes a letter', 'caf%C3%A9', undefined],
    ['a percent sign alone', '100%', undefined],
    ['nothing', '', undefined],
  ] as const)
    it(name, () => assert.equal(sdkFaultEvidence(credential).sdkFault?.mendedIn, mendedIn));
});

describe('explainSdkFaults', () => {
  it('names each fault once, and the release without any of them', () => {
    const faults = ['a.b.c', '%E0%A4%A', '..'].flatMap((each) => sdkFaultEvidence(each).sdkFault ?? []);
    const { cause, fix } = explainSdkFaults(faults);
    assert.deepEqual(cause.match(/issues\/\d+/g), ['issues/9263', 'issues/9333']);
    assert.match(fix, /is 3\.16\.7 or later/);
  });
});
