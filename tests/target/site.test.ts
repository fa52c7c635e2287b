import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSameSite } from '../../src/target/site.ts';

describe('one site', () => {
  for (const [a, b, isOne] of [
    ['https://app.example.com', 'https://api.example.com', true],
    ['https://example.com', 'https://evil.app.example.com:8443', true],
    ['https://app.example.com', 'http://api.example.com', false],
    ['https://app.example.com', 'https://app.example.com.evil.example', false],
    ['https://shop.example.co.uk', 'https://other.co.uk', false],
    ['https://mine.vercel.app', 'https://evil.vercel.app', false],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:4000', true],
    ['http://localhost:3000', 'http://127.0.0.1:3000', false],
  ] as const)
    it(`${a} and ${b}: ${isOne}`, () => assert.equal(isSameSite(a, b), isOne));
});
