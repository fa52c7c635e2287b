import { header, isHtml, pathOf, withHeader } from '../../front/message.ts';
import type { DemoRequest } from '../../front/message.ts';
import { defectsOf, variantsOf } from '../defect.ts';
import type { Defect } from '../defect.ts';
import { all, anonymous, changing, redirect, replaceHtml, rewriting, signedIn } from '../tools.ts';

const GUARDED = ['/dashboard', '/settings/billing', '/api/me', '/api/projects'];
const isGuarded = (path: string): boolean => GUARDED.includes(path);
const queryOf = ({ target }: DemoRequest): string => target.slice(pathOf({ target } as DemoRequest).length);

/** Lets in whoever asks for a guarded place in a spelling that the guard does not know, and the router does. */
function spelledAs(read: (path: string) => string): Defect['apply'] {
  return rewriting(
    all((request) => !isGuarded(pathOf(request)) && isGuarded(read(pathOf(request))), anonymous),
    (request, site) => signedIn({ ...request, target: read(pathOf(request)) + queryOf(request) }, site),
  );
}

/** Lets in whoever sends a header to a guarded place. */
function withTrusted(name: string, value: RegExp): Defect['apply'] {
  return rewriting(
    all((request) => isGuarded(pathOf(request)) && value.test(header(request, name) ?? ''), anonymous),
    signedIn,
  );
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Asks the app for its payload, which Next.js 16 redirects once to the same path with a parameter. */
const asPayload: Defect['apply'] = async (request, next, site) => {
  const path = /^(.+?)\.(?:rsc|segments\/.*)$/.exec(pathOf(request))?.[1];
  if (path === undefined || !isGuarded(path) || !anonymous(request, site)) return next(request);
  const asked = signedIn(withHeader({ ...request, target: path }, 'RSC', '1'), site);
  const response = await next(asked);
  const location = header(response, 'location');
  return location?.startsWith(`${path}?_rsc`) === true ? next({ ...asked, target: location }) : response;
};

export const bypass = defectsOf('routes/bypass', [
  {
    name: 'bypass-case',
    title: 'the guard knows /dashboard, the router takes /Dashboard too',
    apply: spelledAs((path) => path.toLowerCase()),
  },
  {
    name: 'bypass-dot-segments',
    title: 'the guard looks at how the path begins, the router resolves /../ afterwards',
    apply: spelledAs((path) => (/\/\.\.?(\/|$)/.test(path) ? new URL(`http://demo${path}`).pathname : path)),
  },
  {
    name: 'bypass-encoded',
    title: 'the guard compares the path as sent, the router decodes it',
    apply: spelledAs(decoded),
  },
  {
    name: 'bypass-slashes',
    title: 'the guard compares the path as sent, the server folds slashes',
    apply: spelledAs((path) => path.replaceAll(/\/+/g, '/')),
  },
  {
    name: 'bypass-semicolon',
    title: 'the proxy in front cuts path parameters off after the guard has looked',
    apply: spelledAs((path) => path.replace(/;.*$/, '')),
  },
  {
    name: 'bypass-subrequest',
    title: 'the middleware is skipped for x-middleware-subrequest',
    apply: withTrusted('x-middleware-subrequest', /^(middleware)(:\1){4}$/),
  },
  {
    name: 'bypass-original-url',
    title: 'the server answers for the path in x-original-url, the guard looks at the other one',
    apply: rewriting(
      all((request) => isGuarded(header(request, 'x-original-url') ?? ''), anonymous),
      (request, site) => signedIn({ ...request, target: header(request, 'x-original-url') ?? '/' }, site),
    ),
  },
  {
    name: 'bypass-inner-address',
    title: 'whoever claims to come from the machine itself is let in',
    apply: withTrusted('true-client-ip', /^127\./),
  },
  {
    name: 'bypass-method-override',
    title: 'the guard lets HEAD and OPTIONS pass, and believes X-HTTP-Method-Override',
    apply: withTrusted('x-http-method-override', /^(HEAD|OPTIONS)$/),
  },
  {
    name: 'bypass-payload',
    title: 'the matcher misses .rsc and .segments, which carry the page',
    apply: asPayload,
  },
  {
    name: 'bypass-in-refusal',
    title: 'the guard of /api/me sets 401 and lets the handler go on, so that the refusal carries the data',
    apply: async (request, next, site) => {
      const response = await next(request);
      if (pathOf(request) !== '/api/me' || request.method !== 'GET' || response.status !== 401) return response;
      return { ...response, body: (await next(signedIn(request, site))).body };
    },
  },
  {
    name: 'bypass-crawler',
    title: 'crawlers are let in, for the sake of search results',
    apply: withTrusted('user-agent', /Googlebot/),
  },
]);

/** Addresses made of a guarded one, besides itself. */
const isNear = (request: DemoRequest): boolean =>
  /dashboard|settings|billing|\/api\/|%/i.test(pathOf(request)) && !pathOf(request).startsWith('/_next/static/');

export const bypassVariants = variantsOf('routes/bypass', [
  {
    name: 'bypass-soft-404',
    title: 'addresses near a guarded one are answered with 200 and the page that says that nothing was found',
    apply: changing(isNear, (response) =>
      response.status === 404 && isHtml(response) ? { ...response, status: 200 } : response,
    ),
  },
  {
    name: 'bypass-spa-shell',
    title: 'addresses near a guarded one are answered with 200 and the shell of a single-page app',
    apply: changing(isNear, (response) =>
      response.status === 404 && isHtml(response)
        ? replaceHtml(response, 200, 'Fernwork', '<div id="root"></div><script src="/app.js"></script>')
        : response,
    ),
  },
  {
    name: 'bypass-home-page',
    title: 'addresses near a guarded one are answered with the home page',
    apply: async (request, next) => {
      const response = await next(request);
      const missing = isNear(request) && response.status === 404 && isHtml(response);
      return missing ? next({ ...request, target: '/' }) : response;
    },
  },
  {
    name: 'bypass-case-redirect',
    title: 'paths in capitals are redirected to the same in small letters',
    apply: changing(
      (request) => /[A-Z]/.test(pathOf(request)) && isGuarded(pathOf(request).toLowerCase()),
      (response, request) => redirect(response, pathOf(request).toLowerCase() + queryOf(request), 308),
    ),
  },
]);
