import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ReadinessConfigError } from '../../src/config/error.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { TargetError } from '../../src/target/reachable.ts';
import { Target } from '../../src/target/target.ts';
import { publishableKey } from '../../demo/clerk/keys.ts';
import { closedPort, selfSigned, serve, serveTcp, serveTls } from '../support/server.ts';
import type { Listening } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** The one message that connecting ends with. */
async function refusal(
  options: ReadinessOptions,
  kind: typeof TargetError | typeof ReadinessConfigError = TargetError,
): Promise<string> {
  try {
    await (await Target.connect(resolveOptions(options, {}))).close();
  } catch (failure) {
    assert.ok(failure instanceof kind, String(failure));
    assert.doesNotMatch(failure.stack ?? '', /\n\s+at /);
    assert.doesNotMatch(failure.message, /\n/);
    return failure.message;
  }
  return assert.fail('it connected');
}

const answering = (
  status: number,
  headers: Record<string, string> = {},
  body = '<html><h1>page</h1></html>',
): Promise<Listening> =>
  serve((_, response) => response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body));

describe('connecting fails with one message that says what to do', () => {
  it('without a baseURL', async () =>
    assert.match(await refusal({}, ReadinessConfigError), /baseURL is missing.*READINESS_BASE_URL/));

  it('for a host without an address', async () =>
    assert.match(
      await refusal({ baseURL: 'https://no-such-app.invalid' }),
      /no-such-app\.invalid has no address \(DNS.*typing error/,
    ));

  it('when nothing listens', async () =>
    assert.match(
      await refusal({ baseURL: `http://127.0.0.1:${await closedPort()}` }),
      /Nothing listens at 127\.0\.0\.1:\d+/,
    ));

  it('for a self-signed certificate', async () => {
    const { origin } = await serveTls(await selfSigned(['localhost']), (_, response) => response.end());
    assert.match(await refusal({ baseURL: origin }), /self-signed certificate.*network\.ca.*ignoreHTTPSErrors/);
  });

  it('for an expired certificate', async () => {
    const certificate = await selfSigned(['localhost'], { from: new Date('2020-01-01'), to: new Date('2021-01-01') });
    const { origin } = await serveTls(certificate, (_, response) => response.end());
    assert.match(
      await refusal({ baseURL: origin, network: { ca: pem(certificate.cert) } }),
      /certificate of .* has expired/,
    );
  });

  it('for the certificate of another host', async () => {
    const certificate = await selfSigned(['other.example.test'], { address: false });
    const { origin } = await serveTls(certificate, (_, response) => response.end());
    assert.match(
      await refusal({ baseURL: origin, network: { ca: pem(certificate.cert) } }),
      /certificate of .* is for another host/,
    );
  });

  it('for https to a port that speaks http', async () => {
    const { port } = await answering(200);
    assert.match(await refusal({ baseURL: `https://127.0.0.1:${port}` }), /does not speak TLS as expected/);
  });

  it('when there is no answer in time', async () => {
    const { origin } = await serveTcp(() => {});
    assert.match(
      await refusal({ baseURL: origin, network: { requestTimeoutMs: 100 } }),
      /did not answer in time.*requestTimeoutMs/,
    );
  });

  it('when it answers each request in time and leads on and on', async () => {
    const { origin, received } = await serve(({ url = '' }, response) => {
      setTimeout(() => response.writeHead(302, { location: `${url}x` }).end(), 700);
    });
    const network = { requestTimeoutMs: 1_000, maxRedirects: 20 };
    assert.match(await refusal({ baseURL: origin, network }), /did not show its home and sign-in page within 4 s/);
    const asked = received.length;
    assert.ok(asked < 8, `${asked} requests`);
  });

  it('when the connection breaks', async () => {
    const { origin } = await serveTcp((socket) => socket.destroy());
    assert.match(await refusal({ baseURL: origin }), /could not be fetched/);
  });

  for (const status of [500, 502, 503]) {
    it(`for ${status}`, async () =>
      assert.match(
        await refusal({ baseURL: (await answering(status)).origin }),
        new RegExp(`is down: .* answered ${status}`),
      ));
  }

  for (const [wall, status, headers, body] of [
    ['Vercel Deployment Protection', 302, { location: 'https://vercel.com/sso-api?url=x' }, ''],
    ['Cloudflare Access', 302, { location: 'https://team.cloudflareaccess.com/cdn-cgi/access/login' }, ''],
    ['Netlify password protection', 401, { server: 'Netlify' }, '<form><input type="password"></form>'],
    ['HTTP Basic authentication', 401, { 'www-authenticate': 'Basic realm="x"' }, ''],
    ['a rate limit', 429, {}, ''],
  ] as const) {
    it(`behind ${wall}`, async () => {
      const message = await refusal({ baseURL: (await answering(status, headers, body)).origin });
      assert.ok(message.includes(`is behind ${wall}, so nothing behind it was checked.`), message);
    });
  }

  for (const status of [401, 403]) {
    it(`for ${status} without any sign of Clerk`, async () =>
      assert.match(
        await refusal({ baseURL: (await answering(status)).origin }),
        new RegExp(`refuses visitors: .* answered ${status}`),
      ));
  }

  it('for a redirect loop', async () => {
    const { origin } = await serve((request, response) =>
      response.writeHead(302, { location: `${request.url}x` }).end(),
    );
    assert.match(await refusal({ baseURL: origin }), /redirects in a loop/);
  });

  it('when it has moved to another origin, before any header follows', async () => {
    const moved = await serve((_, response) => response.end());
    const { origin } = await serve((request, response) =>
      response.writeHead(308, { location: moved.origin + request.url }).end(),
    );
    assert.ok(
      (await refusal({ baseURL: origin, headers: { 'x-bypass': 'a-secret-value' } })).includes(
        `set baseURL to '${moved.origin}'`,
      ),
    );
    assert.equal(moved.received.length, 0);
  });

  it('for plain http on a public host in production, not in staging', async () => {
    const { port } = await answering(200);
    const options = {
      baseURL: `http://app.example.test:${port}`,
      network: { resolve: { 'app.example.test': '127.0.0.1' } },
    };
    assert.match(await refusal(options, ReadinessConfigError), /must be https for profile "production"/);
    const target = await Target.connect(resolveOptions({ ...options, profile: 'staging' }, {}));
    assert.equal(target.identity.origin, options.baseURL);
    await target.close();
  });
});

describe('connecting succeeds', () => {
  for (const [what, status, headers] of [
    ['a page', 200, {}],
    ['a 404', 404, {}],
    ['a 401 that Clerk gave', 401, { 'x-clerk-auth-status': 'signed-out' }],
    ['a redirect to the Account Portal', 307, { location: 'https://accounts.example.test/sign-in?redirect_url=x' }],
  ] as const) {
    it(`for ${what}`, async () => {
      const { origin } = await answering(status, headers);
      const target = await Target.connect(resolveOptions({ baseURL: origin }, {}));
      assert.equal(target.identity.origin, origin);
      assert.equal(target.requests, 1);
      await target.close();
    });
  }
});

function pem(certificate: string): string {
  const path = join(temporaryFolder(), 'ca.pem');
  writeFileSync(path, certificate);
  return path;
}

describe('an app whose root leads to another site', () => {
  const app = async (): Promise<string> => {
    const { origin } = await serve((request, response) =>
      request.url === '/'
        ? response.writeHead(302, { location: 'https://www.example.test/' }).end()
        : response.end('<h1>Sign in</h1>'),
    );
    return origin;
  };

  it('is there by its own pages', async () => {
    const target = await Target.connect(resolveOptions({ baseURL: await app(), routes: { public: ['/sign-in'] } }, {}));
    assert.equal(target.requests, 2);
    await target.close();
  });

  it('is not found without a word of them, which the message asks for', async () =>
    assert.match(await refusal({ baseURL: await app() }), /If another site lives there, .*routes\.public/));
});

describe('an app under a base path', () => {
  const APP = '<script src="/portal/_next/static/a.js" data-clerk-publishable-key="KEY"></script>';
  const at = (key: string): Promise<Listening> =>
    serve((request, response) => {
      response.setHeader('content-type', 'text/html');
      if (request.url?.startsWith('/portal') === true) return response.end(APP.replace('KEY', key));
      return response
        .writeHead(500)
        .end(`<script data-clerk-publishable-key="${publishableKey('test', 'other.example')}">`);
    });
  const connect = async (options: ReadinessOptions) => {
    const { origin } = await at(publishableKey('live', 'clerk.example.com'));
    const target = await Target.connect(resolveOptions({ baseURL: origin, profile: 'staging', ...options }, {}));
    await target.close();
    return target;
  };

  it('is there although the root of the site is down, which is another app’s', async () => {
    const { identity, home, unknownPath } = await connect({ routes: { public: ['/portal'] } });
    assert.deepEqual([identity.basePath, identity.framework, home], ['/portal', 'next', '/portal']);
    assert.equal(identity.clerk.frontendApi, 'https://clerk.example.com');
    assert.match(unknownPath, /^\/portal\/clerk-readiness-/);
  });

  it('is not looked for where nobody says that the root is no page of it', async () => {
    await assert.rejects(connect({}), /is down: GET .*\/ answered 500/);
  });
});
