import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { ReadinessConfigError } from '../../src/config/error.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { parsePublishableKey } from '../../src/target/clerk.ts';
import { parseRobots } from '../../src/target/discover/robots.ts';
import { parseSitemap } from '../../src/target/discover/sitemap.ts';
import { elements } from '../../src/target/html.ts';
import { rscValues } from '../../src/target/payload.ts';
import { Redactor } from '../../src/target/redact.ts';
import { formsOf } from '../../src/target/secrets.ts';
import { tokenClaims } from '../../src/target/session-token.ts';
import { exchange } from '../support/exchange.ts';
import { holds, textOf } from './property.ts';
import { READERS } from './readers.ts';

/** The pieces of each format that a target may send, and those of which its readers make something. */
const PIECES: Readonly<Record<string, readonly string[]>> = {
  HTML: [
    '<',
    '>',
    '</',
    '<p',
    '<a href="',
    '"',
    ' ',
    '=',
    '<script>',
    '</script>',
    '<svg>',
    '<!--',
    '<template>',
    '&lt;',
  ],
  JavaScript: ['"', '/', 'a', '.js', '{', '}', '[', ']', ',', ':', '+', 'static/chunks/', 'app/', 'page-', '0123abcd'],
  RSC: ['0:', 'T5,', 'I[', '{"a":1}', '\n', '["$"', ']', '1a:', ':HL', 'é', '[redacted'],
  'robots.txt': ['User-agent: *', 'Disallow: ', 'Allow:', 'Sitemap: ', '/a', '*', '$', '#', '\n', '\r\n', 'http://['],
  sitemaps: ['<urlset>', '<sitemapindex ', '<loc>', '</loc>', '<![CDATA[', ']]>', '&amp;', 'https://a/', '<', '>'],
  cookies: [
    'a',
    '=',
    ';',
    ' Path=/',
    ' Secure',
    ' Max-Age=',
    '-1',
    ' Expires=',
    'x',
    ' SameSite=',
    ',',
    '__Host-',
    '%',
  ],
  policies: ['default-src', " 'self'", ';', ',', " 'nonce-", ' https:', ' *', "'", ' data:', ' script-src', '\t'],
  tokens: ['eyJ', 'hbGci', '.', '-', '_', '=', 'pk_live_', 'sk_test_', 'whsec_', 'AAAA', '$'],
};

describe('readers of what a target sends give a result for anything', () => {
  for (const [format, pieces] of Object.entries(PIECES))
    it(`in the manner of ${format}`, () =>
      holds(textOf(...pieces), (text) => {
        for (const read of Object.values(READERS)) read(text);
      }));
});

describe('what they give', () => {
  it('is the host of every publishable key that Clerk makes', () => {
    const host = fc.tuple(fc.domain(), fc.option(fc.integer({ min: 1, max: 65_535 })));
    holds(fc.tuple(fc.constantFrom('live', 'test'), host), ([kind, [domain, port]]) => {
      const frontendApi = port === null ? domain : `${domain}:${port}`;
      const key = `pk_${kind}_${Buffer.from(`${frontendApi}$`).toString('base64')}`;
      assert.deepEqual(parsePublishableKey(key), { key, kind, frontendApi });
    });
  });

  it('is an object for the claims of any token', () =>
    holds(
      fc.oneof(
        fc.string(),
        fc.json().map((json) => `e30.${Buffer.from(json).toString('base64url')}.x`),
      ),
      (jwt) => assert.equal(typeof tokenClaims(jwt), 'object'),
    ));

  it('is every row of an RSC payload', () =>
    holds(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), (rows) => {
      const payload = rows.map((row, at) => `${at.toString(16)}:${JSON.stringify(row)}\n`).join('');
      assert.deepEqual(rscValues(payload), JSON.parse(JSON.stringify(rows)));
    }));

  it('is every address of a sitemap and every path of a robots.txt', () =>
    holds(fc.array(fc.webUrl()), (urls) => {
      const escaped = urls.map((url) => url.replaceAll('&', '&amp;').replaceAll("'", '&apos;'));
      const xml = `<urlset>${escaped.map((url) => `<url><loc>${url}</loc></url>`).join('')}</urlset>`;
      assert.deepEqual(parseSitemap(xml).pages, urls);
      assert.deepEqual(
        parseRobots(urls.map((url) => `Sitemap: ${url.split('#')[0]}`).join('\n')).sitemaps.length,
        urls.length,
      );
    }));

  it('is every element of a page, with its attributes', () => {
    const element = fc.record(
      {
        tag: fc.constantFrom('div', 'p', 'a', 'span', 'img', 'h1'),
        value: fc.string({ unit: 'grapheme-ascii' }),
      },
      { noNullPrototype: true },
    );
    holds(fc.array(element, { minLength: 1 }), (made) => {
      const escape = (value: string): string => value.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
      const body = `<body>${made.map(({ tag, value }) => `<${tag} id="${escape(value)}">`).join('')}`;
      assert.deepEqual(
        elements(exchange({ body })).map(({ tag, attributes }) => ({ tag, value: attributes['id'] })),
        [{ tag: 'body', value: undefined }, ...made],
      );
    });
  });

  it('is no form of a secret, wherever it stood', () => {
    const secret = fc.string({ minLength: 12, maxLength: 40 }).filter((value) => value.trim().length >= 12);
    holds(fc.tuple(secret, fc.string(), fc.string()), ([value, before, after]) => {
      const redactor = new Redactor([{ name: 'x', value }]);
      for (const [, form] of formsOf(value)) {
        const shown = redactor.text(`${before}${form}${after}`);
        assert.ok(!shown.includes(form) || '[redacted:x]'.includes(form), shown);
      }
    });
  });
});

describe('options', () => {
  const name = fc.constantFrom(
    ...(
      'baseURL name profile mode strict headers routes api webhook health cors csp rateLimit errors ' +
      'errorTracking clerk session project attest probe waive network report public protected path secret user email concurrency resolve __proto__ constructor x'
    ).split(' '),
  );
  const value: fc.Memo<unknown> = fc.memo((depth) =>
    depth <= 1
      ? fc.oneof(
          fc.string(),
          fc.constantFrom('/', '/a', 'https://a.example', 'GET', true, false, null, undefined),
          fc.double(),
        )
      : fc.oneof(
          value(1),
          fc.array(value(depth - 1), { maxLength: 3 }),
          fc.dictionary(name, value(depth - 1), { maxKeys: 4 }),
        ),
  );

  it('of any shape are taken, or refused with one error that names the field', () =>
    holds(fc.dictionary(name, value(4), { maxKeys: 5 }), (options) => {
      try {
        resolveOptions(options as ReadinessOptions, {});
      } catch (failure) {
        assert.ok(failure instanceof ReadinessConfigError, String(failure));
        assert.match(failure.message, /^The clerk-readiness options are not valid:\n( {2}- \S.*(\n|$))+/);
      }
    }));

  it('that are nothing of the kind are refused as well', () =>
    holds(fc.anything(), (options) => {
      try {
        resolveOptions(options as ReadinessOptions, {});
      } catch (failure) {
        assert.ok(failure instanceof ReadinessConfigError, String(failure));
      }
    }));

  it('of the environment are refused with the name of the variable', () =>
    holds(
      fc.dictionary(
        fc.constantFrom('READINESS_BASE_URL', 'CLERK_SECRET_KEY', 'CLERK_API_URL', 'CLERK_WEBHOOK_SIGNING_SECRET'),
        fc.string(),
      ),
      (env) => {
        try {
          resolveOptions({}, env);
        } catch (failure) {
          assert.ok(failure instanceof ReadinessConfigError, String(failure));
          assert.match(failure.message, /^The environment variable [A-Z_]+ must /);
        }
      },
    ));
});
