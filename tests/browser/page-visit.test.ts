import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedDomain } from '../../src/browser/page-visit.ts';

test('the domain that two hosts share', () => {
  assert.equal(sharedDomain('app.example.com', 'clerk.example.com'), 'example.com');
  assert.equal(sharedDomain('example.com', 'clerk.example.com'), 'example.com');
  assert.equal(sharedDomain('app.vercel.app', 'clerk.example.com'), undefined);
  assert.equal(sharedDomain('example.com', 'clerk.other.com'), undefined);
  assert.equal(sharedDomain('127.0.0.1', '127.0.0.1'), undefined);
});
