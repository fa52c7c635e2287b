import { brotliCompressSync, gzipSync } from 'node:zlib';
import { setTimeout } from 'node:timers/promises';
import type { ReadinessOptions } from '../../src/index.ts';
import { addHeader, header, isHtml, mapHeader, mapText, pathOf, withHeader } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import { variantsOf } from './defect.ts';
import {
  all,
  always,
  at,
  by,
  changing,
  isApi,
  isBrowserApi,
  redirect,
  replaceBody,
  replaceHtml,
  under,
} from './tools.ts';

const CSP = 'content-security-policy';
/** Longer than anyone's own time, shorter than anyone's patience. */
const SLOW_MS = 600;
const SLASHED = new Set(['/dashboard', '/pricing', '/settings/billing']);
const isProtectedPage = (request: DemoRequest): boolean => /^\/(?:dashboard|settings)(?:\/|$)/.test(pathOf(request));
const accepts = (request: DemoRequest, encoding: string): boolean =>
  (header(request, 'accept-encoding') ?? '').includes(encoding);

function compressed(response: DemoResponse, encoding: 'gzip' | 'br'): DemoResponse {
  const body = encoding === 'gzip' ? gzipSync(response.body) : brotliCompressSync(response.body);
  return { ...withHeader(response, 'Content-Encoding', encoding), body };
}

/** The options of a team whose protected pages do not admit that they exist. */
function hiddenPages(options: ReadinessOptions): ReadinessOptions {
  const routes = (options.routes?.protected || []).map((route) =>
    typeof route === 'string' ? { path: route } : route,
  );
  return {
    ...options,
    routes: { ...options.routes, protected: routes.map((route) => ({ ...route, unauthenticated: 'hidden' })) },
  };
}

/** Unusual and correct: nothing may fail, with the options that the title asks for. */
export const variants = [
  ...variantsOf('routes/protected-redirect', [
    {
      name: 'redirect-by-hop',
      title: 'the guard redirects to /auth, which redirects to sign-in',
      apply: async (request, next, site) => {
        const url = new URL(request.target, site.url);
        const back = url.searchParams.get('back');
        const response = await next(url.pathname === '/auth' ? { ...request, target: back ?? '/' } : request);
        const refused = isProtectedPage(request) && (header(response, 'location') ?? '').includes('/sign-in');
        return refused ? redirect(response, `/auth?back=${encodeURIComponent(request.target)}`) : response;
      },
    },
    {
      name: 'hidden-404',
      title: 'protected pages answer anonymous with the 404 page',
      options: hiddenPages,
      apply: async (request, next) => {
        const response = await next(request);
        const refused = isProtectedPage(request) && (header(response, 'location') ?? '').includes('/sign-in');
        return refused ? next({ ...request, target: '/no-such-page' }) : response;
      },
    },
    {
      name: 'slash-308',
      title: 'protected pages and /pricing are redirected to their address with a slash',
      apply: async (request, next) => {
        const path = pathOf(request);
        if (SLASHED.has(path)) return redirect(await next(request), request.target.replace(path, `${path}/`), 308);
        return next(
          SLASHED.has(path.replace(/\/$/, ''))
            ? { ...request, target: request.target.replace(path, path.slice(0, -1)) }
            : request,
        );
      },
    },
    {
      name: 'seen-303',
      title: 'the guard redirects with 303',
      apply: changing(isProtectedPage, (response) =>
        response.status === 307 ? { ...response, status: 303 } : response,
      ),
    },
    {
      name: 'relative-location',
      title: 'redirects to sign-in are relative',
      apply: changing(always, (response, _request, site) =>
        mapHeader(response, 'location', (location) =>
          location.startsWith(`${site.url}/`) ? location.slice(site.url.length) : location,
        ),
      ),
    },
  ]),
  ...variantsOf('api/unauthenticated-401', [
    {
      name: 'problem-json',
      title: 'errors of the API are problem+json',
      apply: changing(isApi, (response) =>
        response.status === 401
          ? replaceBody(
              response,
              401,
              'application/problem+json',
              JSON.stringify({ type: 'about:blank', title: 'Unauthorized', status: 401 }),
            )
          : response,
      ),
    },
  ]),
  ...variantsOf('headers/csp', [
    {
      name: 'csp-two-headers',
      title: 'a second policy in a header of its own, stricter about frames only',
      apply: changing(always, (response) =>
        header(response, CSP) === undefined
          ? response
          : addHeader(response, 'Content-Security-Policy', "frame-ancestors 'none'; object-src 'none'"),
      ),
    },
    {
      name: 'csp-joined',
      title: 'two policies in one header, joined by a comma',
      apply: changing(always, (response) => mapHeader(response, CSP, (policy) => `${policy}, object-src 'none'`)),
    },
    {
      name: 'csp-meta-extra',
      title: 'a policy in a meta element beside the one in the header',
      apply: changing(always, (response) =>
        isHtml(response)
          ? mapText(response, (html) =>
              html.replace('<head>', `<head><meta http-equiv="Content-Security-Policy" content="object-src 'none'">`),
            )
          : response,
      ),
    },
    {
      name: 'csp-https-fallback',
      title: "strict-dynamic with https: and 'unsafe-inline' for browsers that do not know it",
      apply: changing(always, (response) =>
        mapHeader(response, CSP, (policy) => policy.replace("'strict-dynamic'", "'strict-dynamic' https:")),
      ),
    },
    {
      name: 'csp-report-only-too',
      title: 'a stricter policy is tried out beside the enforced one',
      apply: changing(always, (response) =>
        addHeader(response, 'Content-Security-Policy-Report-Only', "default-src 'none'; report-uri /api/csp-reports"),
      ),
    },
  ]),
  ...variantsOf('headers/security', [
    {
      name: 'cross-origin-headers',
      title: 'Cross-Origin-Resource-Policy and Origin-Agent-Cluster on everything',
      apply: changing(always, (response) =>
        addHeader(addHeader(response, 'Cross-Origin-Resource-Policy', 'same-origin'), 'Origin-Agent-Cluster', '?1'),
      ),
    },
    {
      name: 'no-xfo',
      title: 'frames are forbidden by frame-ancestors alone',
      apply: changing(always, (response) => ({
        ...response,
        headers: response.headers.filter(([name]) => name.toLowerCase() !== 'x-frame-options'),
      })),
    },
  ]),
  ...variantsOf('cors/untrusted-origin', [
    {
      name: 'no-cors',
      title: 'no CORS at all, preflights are refused',
      options: (options) => ({ ...options, cors: false }),
      apply: changing(isBrowserApi, (response, request) => {
        const bare = {
          ...response,
          headers: response.headers.filter(
            ([name, value]) =>
              !/^access-control-/i.test(name) && !(name.toLowerCase() === 'vary' && /^origin$/i.test(value)),
          ),
        };
        return request.method === 'OPTIONS' ? { ...bare, status: 405 } : bare;
      }),
    },
  ]),
  ...variantsOf('monitoring/health', [
    {
      name: 'health-json-type',
      title: 'the health answer is application/health+json',
      apply: changing(at('/api/health'), (response) => withHeader(response, 'Content-Type', 'application/health+json')),
    },
    {
      name: 'health-text',
      title: 'the health answer is text',
      options: (options) => ({ ...options, health: { path: '/api/health', contains: 'clerk ok' } }),
      apply: changing(at('/api/health'), (response) => replaceBody(response, 200, 'text/plain', 'clerk ok\n')),
    },
  ]),
  ...variantsOf('exposure/dotfiles', [
    {
      name: 'spa-fallback',
      title: 'dotfiles are answered with 200 and a page of the app',
      apply: changing(
        (request) => /^\/(?:\.|backup|dump|env)/.test(pathOf(request)),
        (response) => replaceHtml(response, 200, 'Fernwork', '<div id="root"></div>'),
      ),
    },
    {
      name: 'dotfiles-403',
      title: 'dotfiles are forbidden by the web server',
      apply: changing(under('/.'), (response) => replaceBody(response, 403, 'text/plain', 'Forbidden\n')),
    },
  ]),
  ...variantsOf('webhook/forged-signature', [
    {
      name: 'webhook-401',
      title: 'forged deliveries are answered with 401',
      apply: changing(all(under('/api/webhooks/'), by('POST')), (response) =>
        response.status === 400 ? { ...response, status: 401 } : response,
      ),
    },
  ]),
  ...variantsOf('routes/public-reachable', [
    {
      name: 'slow-server',
      title: 'every answer takes 600 ms longer',
      waits: true,
      apply: async (request, next) => {
        await setTimeout(SLOW_MS);
        return next(request);
      },
    },
    {
      name: 'gzip',
      title: 'answers are compressed with gzip',
      apply: changing(
        (request) => accepts(request, 'gzip') && request.method !== 'HEAD',
        (response) => (response.body.length > 0 ? compressed(response, 'gzip') : response),
      ),
    },
    {
      name: 'brotli',
      title: 'answers are compressed with Brotli',
      apply: changing(
        (request) => accepts(request, 'br') && request.method !== 'HEAD',
        (response) => (response.body.length > 0 ? compressed(response, 'br') : response),
      ),
    },
    {
      name: 'connection-close',
      title: 'every answer closes its connection',
      apply: changing(always, (response) => withHeader(response, 'Connection', 'close')),
    },
  ]),
];
