import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wallOf } from '../../src/target/wall.ts';
import { exchange, failure } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';

const form = '<html><form><input type="password" name="password"></form></html>';

const WALLS: ReadonlyArray<readonly [name: string, what: string, answer: Answer]> = [
  [
    'Vercel Deployment Protection',
    'redirect',
    { status: 302, headers: { location: 'https://vercel.com/sso-api?url=https%3A%2F%2Fapp' } },
  ],
  [
    'Vercel Deployment Protection',
    'cookie',
    { status: 401, headers: { 'set-cookie': '_vercel_sso_nonce=abc; Path=/' } },
  ],
  [
    'Vercel Deployment Protection',
    'page',
    { status: 401, body: '<script>location="https://vercel.com/sso-api?url="</script>' },
  ],
  ['the Vercel firewall', 'header', { status: 403, headers: { 'x-vercel-mitigated': 'deny' } }],
  ['the Vercel firewall', 'checkpoint', { status: 429, body: '<title>Vercel Security Checkpoint</title>' }],
  [
    'Cloudflare Access',
    'redirect',
    { status: 302, headers: { location: 'https://team.cloudflareaccess.com/cdn-cgi/access/login/app' } },
  ],
  ['Cloudflare Access', 'service token refused', { status: 403, headers: { 'cf-access-domain': 'app.example.com' } }],
  ['a Cloudflare challenge', 'header', { status: 403, headers: { 'cf-mitigated': 'challenge' } }],
  [
    'a Cloudflare challenge',
    'page',
    { status: 503, headers: { server: 'cloudflare' }, body: '<title>Just a moment...</title>' },
  ],
  ['Netlify password protection', 'form', { status: 401, headers: { server: 'Netlify' }, body: form }],
  ['HTTP Basic authentication', 'challenge', { status: 401, headers: { 'www-authenticate': 'Basic realm="staging"' } }],
  ['the AWS WAF', 'captcha', { status: 405, headers: { 'x-amzn-waf-action': 'captcha' } }],
  ['the Akamai firewall', 'denial', { status: 403, headers: { server: 'AkamaiGHost' } }],
  ['the ngrok browser warning', 'page', { status: 200, headers: { 'ngrok-error-code': 'ERR_NGROK_6024' } }],
  ['a rate limit', 'status', { status: 429, headers: { 'content-type': 'application/json' }, body: '{}' }],
];

const NO_WALLS: ReadonlyArray<readonly [what: string, answer: Answer]> = [
  [
    'a 401 JSON of the app behind Clerk',
    {
      status: 401,
      headers: { 'content-type': 'application/json', 'x-clerk-auth-status': 'signed-out' },
      body: '{"error":"unauthorized"}',
    },
  ],
  [
    "Clerk's redirect to sign-in",
    {
      status: 307,
      headers: { location: 'https://app.example.com/sign-in?redirect_url=x', 'x-clerk-auth-status': 'signed-out' },
    },
  ],
  [
    "Clerk's handshake",
    { status: 307, headers: { location: 'https://clerk.example.com/v1/client/handshake?redirect_url=x' } },
  ],
  ['the Account Portal', { status: 307, headers: { location: 'https://accounts.example.com/sign-in' } }],
  ['a 404 page', { status: 404, body: '<h1>Not found</h1>' }],
  [
    'a 403 of the app behind Cloudflare',
    { status: 403, headers: { server: 'cloudflare', 'content-type': 'application/json' }, body: '{}' },
  ],
  [
    'a 401 of the app on Netlify',
    {
      status: 401,
      headers: { server: 'Netlify', 'content-type': 'application/json' },
      body: '{"error":"unauthorized"}',
    },
  ],
  ['a sign-in page with a password field on Netlify', { status: 200, headers: { server: 'Netlify' }, body: form }],
  ['a 401 with a Bearer challenge', { status: 401, headers: { 'www-authenticate': 'Bearer realm="api"' } }],
  ['a page that mentions vercel.com', { status: 200, body: '<a href="https://vercel.com/sso-api">docs</a>' }],
  ['a 503 of the app', { status: 503 }],
];

describe('walls', () => {
  for (const [name, what, answer] of WALLS) {
    it(`${name} is known by its ${what}`, () => {
      const wall = wallOf(exchange(answer));
      assert.equal(wall?.name, name);
      assert.match(wall.fix, /\w{3,}.*\./);
    });
  }
  for (const [what, answer] of NO_WALLS) {
    it(`${what} is none`, () => assert.equal(wallOf(exchange(answer)), undefined));
  }
  it('a connection that failed is none', () => assert.equal(wallOf(failure('ECONNRESET')), undefined));
});
