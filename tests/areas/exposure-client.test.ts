import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { secretsInClient, sourceMaps } from '../../src/areas/exposure.ts';
import type { Answer as PublicAnswer, PublicAnswers } from '../../src/areas/exposure/answers.ts';
import type { Exchange } from '../../src/target/exchange.ts';
import { findSecrets } from '../../src/target/secrets.ts';
import type { Secret } from '../../src/target/secrets.ts';
import { exchange, expectation, failure, ORIGIN } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';
import { verifySite } from '../support/site.ts';

const secretKey = () => ['sk', 'live', randomBytes(24).toString('hex')].join('_');

/** An exchange as the connection records it: with the traces of what the body holds. */
function recorded(answer: Answer, given: readonly Secret[] = []): Exchange {
  const made = exchange(answer);
  const secrets = findSecrets(answer.body ?? '', given);
  return made.response && secrets.length > 0 ? { ...made, response: { ...made.response, secrets } } : made;
}

const script = (path: string, body = '', answer: Answer = {}) => ({
  url: ORIGIN + path,
  from: `${ORIGIN}/`,
  exchange: recorded({ path, body, headers: { 'content-type': 'text/javascript' }, ...answer }),
});

describe('exposure/secrets-in-client', () => {
  const home: PublicAnswer = { kind: 'page', subject: '/', exchange: exchange() };
  const answer = (kind: PublicAnswer['kind'], path: string, body: string): PublicAnswer => ({
    kind,
    subject: path,
    exchange: recorded({ path, body }),
  });
  const judge = (parts: Partial<PublicAnswers>) =>
    secretsInClient.judge({ answers: [home], scripts: [], limits: {}, ...parts }, expectation());

  it('passes when nothing holds a secret, and says what was read', () => {
    const judgement = judge({ scripts: [script('/a.js', 'p=["sk_live_"]')] });
    assertClean(judgement);
    assert.equal(judgement.summary, '1 page, 1 script, 0 RSC payloads and 0 API answers hold no secret');
  });

  for (const kind of ['page', 'RSC payload', 'API answer'] as const) {
    it(`fails on a key in the ${kind}`, () => {
      const finding = only(judge({ answers: [home, answer(kind, '/x', `{"secretKey":"${secretKey()}"}`)] }));
      assert.equal(finding.level, 'error');
      assert.match(finding.message, new RegExp(`assigned to secretKey\\) is in the ${kind} /x$`));
      assert.match(finding.fix, /rotate/);
    });
  }

  it('fails on a key in a script, and names the public prefixes as the cause', () => {
    const finding = only(judge({ scripts: [script('/_next/static/chunks/a.js', `k="${secretKey()}"`)] }));
    assert.equal(finding.subject, '/_next/static/chunks/a.js');
    assert.match(finding.cause, /NEXT_PUBLIC_/);
  });

  it('reports a secret that many pages hold once', () => {
    const body = `{"key":"${secretKey()}"}`;
    const finding = only(judge({ answers: ['/a', '/b', '/c', '/d', '/e'].map((path) => answer('page', path, body)) }));
    assert.match(finding.message, /the page \/a, the page \/b, the page \/c and 2 more$/);
  });

  it('proves nothing by what it could not read', () => {
    const truncated = exchange({ path: '/big' });
    const cut = {
      ...truncated,
      response: truncated.response && { ...truncated.response, truncated: true },
    } as Exchange;
    for (const [parts, reason] of [
      [{ answers: [] }, /no page answered 200/],
      [{ answers: [home, { ...home, exchange: cut }] }, /longer than network\.maxBodyBytes/],
      [{ answers: [home, { ...home, exchange: failure('ECONNRESET') }] }, /could not be read/],
      [{ scripts: [script('/a.js', '', { status: 503 })] }, /a\.js answered 503/],
      [{ limits: { scripts: 'only 400 scripts were read' } }, /only 400 scripts/],
    ] as const) {
      assert.match(judge(parts).unverified ?? '', reason);
    }
  });

  it('finds a key in a lazy chunk of a real site, and a given secret in base64, without printing either', async () => {
    const key = secretKey();
    const token = randomBytes(16).toString('hex');
    const outcome = await verifySite(
      secretsInClient,
      (request, response) => {
        const scripts: Record<string, string> = {
          '/assets/main.js': 'const d=["assets/lazy.js"]',
          '/assets/lazy.js': `secretKey="${key}"`,
        };
        const code = scripts[request.url ?? ''];
        response.writeHead(200, { 'content-type': code === undefined ? 'text/html' : 'text/javascript' });
        response.end(
          code ??
            `<script src="/assets/main.js"></script><i data-x="${Buffer.from(`t=${token}`).toString('base64')}"></i>`,
        );
      },
      { headers: { 'x-token': token } },
    );
    assert.equal(outcome.status, 'fail');
    assert.deepEqual(
      outcome.findings.map(({ subject, message }) => [subject, message.replace(/ is in .*/, '')]),
      [
        ['/', 'the value of headers.x-token (32 characters, base64)'],
        ['/assets/lazy.js', 'a secret key of Clerk or Stripe (sk_live_… (56 characters), assigned to secretKey)'],
      ],
    );
    const report = JSON.stringify(outcome);
    assert.ok(!report.includes(key.slice(-20)) && !report.includes(token), report);
  });
});

describe('exposure/secrets-in-client, signed in', () => {
  const judge = (body: string, given: readonly Secret[] = [], publicBody = '<h1>Home</h1>') => {
    const path = '/dashboard';
    const page: PublicAnswer = { kind: 'page', subject: path, exchange: recorded({ path, body }, given) };
    const home: PublicAnswer = { kind: 'page', subject: '/', exchange: recorded({ body: publicBody }, given) };
    return secretsInClient.judge({ answers: [home], scripts: [], limits: {}, signedIn: [page] }, expectation());
  };
  it('passes on a page without a secret', () => assertClean(judge('<h1>Dashboard</h1>')));
  it('is not verified by a key that may be the user’s own', () => {
    const judgement = judge(`key: "${secretKey()}"`);
    assert.equal(only(judgement).level, 'warning');
    assert.match(judgement.unverified ?? '', /a secret key .* \/dashboard .*attest the check/);
  });
  it('fails on a given one', () => {
    const value = secretKey();
    const finding = only(judge(`key: "${value}"`, [{ name: 'clerk.secretKey', value }]));
    assert.equal(finding.level, 'error');
    assert.match(finding.message, /the value of clerk\.secretKey .* the page \/dashboard for the signed-in test user$/);
  });
  it('fails on one that everybody gets, and says it once', () => {
    const body = `key: "${secretKey()}"`;
    const finding = only(judge(body, [], body));
    assert.equal(finding.level, 'error');
    assert.match(finding.message, /is in the page \/$/);
  });
});

it('finds a key in a header, and in the declared crash page', async () => {
  const keys = { header: secretKey(), crash: secretKey() };
  const outcome = await verifySite(
    secretsInClient,
    (request, response) => {
      const crash = request.url === '/crash';
      response.writeHead(crash ? 500 : 200, {
        'content-type': 'text/html',
        ...(request.url === '/' && { 'x-upstream-key': keys.header }),
      });
      response.end(crash ? `<pre>secretKey: '${keys.crash}'</pre>` : '<h1>Home</h1>');
    },
    { errors: { crashPath: '/crash' } },
  );
  assert.deepEqual(
    outcome.findings.map(({ message }) => message.replace(/.*(?=assigned)/, '')),
    ['assigned to x-upstream-key) is in the page /, the page /crash'],
  );
  assert.ok(!Object.values(keys).some((key) => JSON.stringify(outcome).includes(key.slice(-20))));
});

describe('exposure/source-maps', () => {
  const code = exchange({ path: '/a.js', headers: { 'content-type': 'text/javascript' } });
  const map = (body: string, answer: Answer = {}) =>
    recorded({ path: '/a.js.map', headers: { 'content-type': 'application/json' }, body, ...answer });
  const content = (source: string) =>
    JSON.stringify({ version: 3, sources: ['a.ts'], sourcesContent: [source], mappings: 'AAAA' });
  const judge = (...maps: readonly Exchange[]) =>
    sourceMaps.judge({ maps: maps.map((each) => ({ script: code, map: each })) }, expectation());

  for (const [name, answer] of [
    ['404', map('', { status: 404 })],
    ['a fallback page', map('<!doctype html>{"mappings":""}', { headers: { 'content-type': 'text/html' } })],
    ['JSON of another kind', map('{"error":"not found"}')],
    ['a redirect', map('', { status: 302, headers: { location: '/' } })],
  ] as const) {
    it(`passes on ${name}`, () => assertClean(judge(answer)));
  }

  it('warns of public maps in one finding, and tells whether they hold the source', () => {
    const finding = only(judge(map(content('export {}')), map(content('x'), { path: '/b.js.map' })));
    assert.equal(finding.level, 'warning');
    assert.equal(finding.message, '2 source maps are public, with the original source: /a.js.map, /b.js.map');
    assert.equal(only(judge(map('{"version":3,"mappings":"A"}'))).message, '1 source map is public: /a.js.map');
  });

  it('fails on a secret in a map', () => {
    const [first, second] = judge(map(content(`// ${secretKey()}`))).findings;
    assert.deepEqual([first?.level, second?.level], ['error', 'warning']);
    assert.match(first?.message ?? '', /secret key of Clerk or Stripe .* is in a source map that anyone can read/);
  });

  it('warns of maps inside scripts', () => {
    const finding = only(sourceMaps.judge({ maps: [{ script: code }] }, expectation()));
    assert.match(finding.cause, /writes maps into the scripts/);
  });

  it('has nothing to look at without scripts, and proves nothing by a map that it could not read', () => {
    assert.match(sourceMaps.judge({ maps: [] }, expectation()).inapplicable ?? '', /no page loads a script/);
    assert.match(judge(failure('ECONNRESET', '/a.js.map')).unverified ?? '', /could not be read/);
  });

  for (const [name, header, comment, path] of [
    ['beside the script', undefined, '', '/js/a.js.map'],
    ['where the script says', undefined, '\n//# sourceMappingURL=../maps/a.json', '/maps/a.json'],
    ['where a header says', '/h.map', '', '/h.map'],
  ] as const) {
    it(`finds a map ${name} on a real site`, async () => {
      const outcome = await verifySite(sourceMaps, (request, response) => {
        if (request.url === path) return void response.setHeader('content-type', 'application/json').end(content('x'));
        if (request.url === '/js/a.js') {
          response.writeHead(200, {
            'content-type': 'text/javascript',
            ...(header !== undefined && { sourcemap: header }),
          });
          return void response.end(`1${comment}`);
        }
        response.writeHead(request.url === '/' ? 200 : 404, { 'content-type': 'text/html' });
        response.end('<script src="/js/a.js"></script>');
      });
      assert.deepEqual([outcome.status, outcome.findings.map(({ subject }) => subject)], ['pass', [path]]);
    });
  }
});
