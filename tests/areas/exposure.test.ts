import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { dotfiles } from '../../src/areas/exposure.ts';
import { exchange, expectation, failure } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';

const judge = (path: string, answer: Answer) =>
  dotfiles.judge(
    [
      { path: '/.env.test', exchange: exchange({ path: '/.env.test', status: 404 }) },
      { path, exchange: exchange({ path, headers: { 'content-type': 'application/octet-stream' }, ...answer }) },
    ],
    expectation(),
  );

describe('exposure/dotfiles', () => {
  for (const [name, path, answer] of [
    ['404', '/.env', { status: 404, body: 'A=1' }],
    ['403', '/.git/HEAD', { status: 403, body: 'ref: refs/heads/main' }],
    [
      'the fallback of a single-page app',
      '/.env',
      { headers: { 'content-type': 'text/html' }, body: '<!doctype html><script>\nAPI_KEY = "x"\n</script>' },
    ],
    [
      'a fallback that begins with a comment',
      '/.env',
      { headers: { 'content-type': 'text/html' }, body: '<!-- built --><html><script>\nAPI_KEY = "x"\n</script>' },
    ],
    ['a greeting', '/.env', { body: 'ok' }],
    ['a state', '/.env', { body: 'status=ok' }],
    ['a script', '/.env', { body: 'key=function(){return 1};' }],
    ['JSON of another kind', '/package.json', { body: '{"error":"not found"}' }],
    ['a redirect', '/.env', { status: 302, headers: { location: '/sign-in' } }],
  ] as const) {
    it(`passes on ${name}`, () => assertClean(judge(path, answer)));
  }

  const password = randomBytes(12).toString('hex');
  const token = ['sk', 'live', randomBytes(12).toString('hex')].join('_');
  for (const [path, body, what] of [
    [
      '/.env',
      `# app\nCLERK_SECRET_KEY=${token}\nexport DATABASE_URL="postgres://u:${password}@db/app"`,
      /environment file/,
    ],
    ['/.env.production', `DATABASE_PASSWORD = ${password}`, /environment file/],
    ['/.env.prod', `# app\nport=80\ndatabase_password=${password}\n`, /environment file/],
    ['/.env.keys', `#/ private keys\nDOTENV_PRIVATE_KEY="${password}"\n`, /environment file/],
    ['/.env.backup', `CLERK_SECRET_KEY=${token}`, /environment file/],
    ['/dump.sql', `-- PostgreSQL database dump\n${password}`, /database dump/],
    ['/.dev.vars', `CLERK_SECRET_KEY=${token}`, /environment file/],
    ['/.git/HEAD', 'ref: refs/heads/main\n', /Git repository/],
    [
      '/.git/config',
      `[core]\n\tbare = false\n[remote "origin"]\n\turl = https://u:${password}@git.example.com/app`,
      /Git repository/,
    ],
    ['/.clerk/.tmp/keyless.json', `{"publishableKey":"x","secretKey":"${password}"}`, /keyless/],
    ['/.next/required-server-files.json', '{"version":1,"config":{}}', /Next\.js build/],
    ['/.npmrc', `//registry.npmjs.org/:_authToken=${password}`, /npm credentials/],
    ['/package.json', '{"name":"app","dependencies":{}}', /package manifest/],
    ['/backup.zip', 'PK\u0003\u0004rest', /backup/],
    ['/backup.sql', `-- MySQL dump\nUSE app; ${password}`, /database dump/],
    ['/docker-compose.yml', `services:\n  db:\n    environment: {P: ${password}}`, /deployment description/],
  ] as const) {
    it(`fails on a real ${path} and shows nothing of what is in it`, () => {
      const finding = only(judge(path, { body }));
      assert.deepEqual([finding.level, finding.subject], ['error', path]);
      assert.match(finding.message, what);
      assert.match(finding.fix, /rotate every key/);
      const report = JSON.stringify(finding);
      assert.ok(!report.includes(password) && !report.includes(token), report);
    });
  }
  it('names the variables that are to be rotated', () => {
    assert.equal(
      only(judge('/.env', { body: `A_KEY=${password}\nexport B=${password}` })).response?.bodyExcerpt,
      'A_KEY=[redacted]\nB=[redacted]',
    );
  });
  it('counts fallbacks in its summary and leaves failed connections to the engine', () => {
    assert.match(
      judge('/.env', { headers: { 'content-type': 'text/html' }, body: '<!doctype html>' }).summary,
      /1 answer with a page of the app/,
    );
    assert.deepEqual(dotfiles.judge([{ path: '/.env', exchange: failure('ECONNRESET') }], expectation()).findings, []);
  });
});
