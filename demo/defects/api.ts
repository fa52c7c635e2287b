import { createHmac, createPublicKey, verify } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import type { ReadinessOptions } from '../../src/index.ts';
import { header, pathOf, withHeader, without } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import { defectsOf, variantsOf } from './defect.ts';
import type { Site } from './defect.ts';
import {
  all,
  anonymous,
  at,
  by,
  changing,
  cookie,
  isApi,
  redirect,
  replaceBody,
  replaceHtml,
  replaceJson,
  rewriting,
  signInUrl,
  stackTrace,
} from './tools.ts';

const notPreflight = (request: DemoRequest): boolean => request.method !== 'OPTIONS';
const me = all(at('/api/me'), anonymous, notPreflight);
const projects = all(at('/api/projects'), anonymous, notPreflight);

export const unauthenticated401 = defectsOf('api/unauthenticated-401', [
  {
    name: 'api-validates-first',
    title: 'POST /api/projects judges the body before the session: 400 to anonymous',
    apply: changing(all(projects, by('POST')), (response) => replaceJson(response, 400, { error: 'invalid_name' })),
  },
  {
    name: 'api-post-unguarded',
    title: 'only GET /api/projects looks at the session: POST creates a project for anonymous',
    apply: changing(all(projects, by('POST')), (response) =>
      replaceJson(response, 201, { project: { id: crypto.randomUUID(), name: 'Untitled' } }),
    ),
  },
  {
    name: 'api-empty-list',
    title: 'GET /api/projects answers 200 with an empty list to anonymous',
    apply: changing(all(projects, by('GET', 'HEAD')), (response) => replaceJson(response, 200, { projects: [] })),
  },
  {
    name: 'api-redirect',
    title: '/api/me is guarded as a page: anonymous is redirected to sign-in',
    apply: changing(me, (response, request, site) => redirect(response, signInUrl(request, site))),
  },
  {
    name: 'api-protect-404',
    title: 'auth.protect() in the middleware answers 404 to anonymous at /api/me',
    apply: async (request, next, site) => {
      if (!me(request, site)) return next(request);
      const [real, notFound] = [await next(request), await next({ ...request, target: `/clerk_${Date.now()}` })];
      // Clerk rewrites to a path that cannot exist, so the branded page answers; CORS stays that of the API.
      const html = replaceBody(real, 404, 'text/html; charset=utf-8', notFound.body);
      return withHeader(html, 'X-Clerk-Auth-Reason', 'protect-rewrite');
    },
  },
  {
    name: 'api-500',
    title: 'GET /api/me uses the id of a user that is not there, and throws',
    apply: changing(me, (response) => replaceJson(response, 500, { error: 'internal_error' })),
  },
]);

/** A token taken apart, unverified. */
interface Token {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What the signature is made for. */
  readonly content: string;
  readonly signature: string;
}

function decode(token: string | undefined): Token | undefined {
  const [head = '', body = '', signature = ''] = (token ?? '').split('.');
  const json = (segment: string) => JSON.parse(Buffer.from(segment, 'base64url').toString()) as Token['claims'];
  try {
    return { header: json(head), claims: json(body), content: `${head}.${body}`, signature };
  } catch {
    return undefined;
  }
}

const bearerToken = (request: DemoRequest): string | undefined =>
  header(request, 'authorization')?.replace(/^Bearer /, '');
const anyToken = (request: DemoRequest): string | undefined => bearerToken(request) ?? cookie(request, '__session');

/** /api/me believes a token that the app itself refused. */
function believing(
  condition: (token: Token, site: Site) => boolean,
  read: (request: DemoRequest) => string | undefined = anyToken,
) {
  return changing(at('/api/me'), (response, request, site) => {
    const token = decode(read(request));
    return response.status === 401 && token && condition(token, site)
      ? replaceJson(response, 200, { userId: token.claims['sub'] })
      : response;
  });
}

export const forgedToken = defectsOf('api/forged-token', [
  {
    name: 'token-decoded',
    mayAlsoBreak: ['errors/auth-failure'],
    title: '/api/me decodes the token and does not verify it',
    apply: believing(() => true),
  },
  {
    name: 'token-decoded-cookie',
    title: '/api/me verifies a Bearer token, and decodes the cookie only',
    apply: believing(
      () => true,
      (request) => (header(request, 'authorization') === undefined ? cookie(request, '__session') : undefined),
    ),
  },
  {
    name: 'token-known-user',
    title: '/api/me decodes the token and looks the user up, so that only real ids get in',
    apply: believing(({ claims }, site) => {
      const genuine = decode(/__session=([^;]+)/.exec(site.signedInCookie())?.[1]);
      return claims['sub'] === genuine?.claims['sub'];
    }),
  },
  {
    name: 'token-alg-none',
    mayAlsoBreak: ['errors/auth-failure'],
    title: '/api/me believes tokens without a signature, if alg is none',
    apply: believing((token) => token.header['alg'] === 'none'),
  },
  {
    name: 'token-alg-mixed-case',
    title: '/api/me refuses alg none in lower case only',
    apply: believing((token) => /^none$/i.test(String(token.header['alg'])) && token.header['alg'] !== 'none'),
  },
  {
    name: 'token-example-secret',
    title: '/api/me still takes HS256 tokens of the old system, whose secret is the one of an example',
    apply: believing(
      ({ content, signature, header: { alg } }) =>
        alg === 'HS256' && createHmac('sha256', 'secret').update(content).digest('base64url') === signature,
    ),
  },
  {
    name: 'token-own-key',
    title: '/api/me verifies with the key that the token brings along',
    apply: believing(({ content, signature, header: { jwk } }) => {
      if (typeof jwk !== 'object' || jwk === null) return false;
      const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
      return verify('RSA-SHA256', Buffer.from(content), key, Buffer.from(signature, 'base64url'));
    }),
  },
  {
    name: 'token-expired',
    mayAlsoBreak: ['errors/auth-failure'],
    title: '/api/me renews expired tokens from what they say, before it verifies them',
    apply: believing(({ claims }) => Number(claims['exp']) < Date.now() / 1000),
  },
  {
    name: 'token-any-azp',
    mayAlsoBreak: ['errors/auth-failure'],
    title: '/api/me leaves tokens of other origins to a gateway that is not there',
    apply: believing(({ claims }, site) => claims['azp'] !== site.url),
  },
  {
    name: 'token-any-issuer',
    mayAlsoBreak: ['errors/auth-failure'],
    title: '/api/me verifies tokens of its own issuer only, and believes the others',
    apply: believing(
      ({ claims }, site) => claims['iss'] !== undefined && claims['iss'] !== `https://${site.frontendApi}`,
    ),
  },
  {
    name: 'token-garbage-500',
    mayAlsoBreak: ['errors/auth-failure'],
    title: '/api/me throws on what is no token: 500',
    apply: changing(at('/api/me'), (response, request) => {
      const token = anyToken(request);
      return token !== undefined && decode(token) === undefined
        ? replaceJson(response, 500, { error: 'internal_error' })
        : response;
    }),
  },
]);

/** /api/me as the test user gets it. */
function toUser(change: (response: DemoResponse) => DemoResponse) {
  return changing(at('/api/me'), (response) => (response.status === 200 ? change(response) : response));
}

export const authenticated = defectsOf('api/authenticated', [
  {
    name: 'api-refuses-everybody',
    title: '/api/me verifies with the keys of another instance: 401 to everybody',
    apply: toUser((response) =>
      withHeader(replaceJson(response, 401, { error: 'unauthenticated' }), 'X-Clerk-Auth-Reason', 'jwk-kid-mismatch'),
    ),
  },
  {
    name: 'api-refuses-origin',
    title: 'authorizedParties lacks the origin of the app: 401 to everybody',
    apply: toUser((response) =>
      withHeader(
        replaceJson(response, 401, { error: 'unauthenticated' }),
        'X-Clerk-Auth-Reason',
        'token-invalid-authorized-parties',
      ),
    ),
  },
  {
    name: 'api-protect-role',
    title: 'auth.protect() asks for a role that nobody has: 404 to everybody',
    apply: toUser((response) => replaceHtml(response, 404, 'Not found', '<h1>Not found</h1>')),
  },
  {
    name: 'api-no-row-500',
    title: '/api/me throws when the user has no row in the database',
    apply: toUser((response) => replaceJson(response, 500, { error: 'internal_error' })),
  },
]);

const isMalformed = (request: DemoRequest): boolean => {
  try {
    JSON.parse(request.body.toString());
    return false;
  } catch {
    return true;
  }
};

export const errorShape = defectsOf('api/error-shape', [
  {
    name: 'api-error-stack',
    mayAlsoBreak: ['errors/error-page'],
    title: 'POST /api/projects answers malformed JSON with the stack',
    apply: changing(all(projects, by('POST'), isMalformed), (response) =>
      replaceJson(response, 500, {
        error: 'internal_error',
        stack: stackTrace('SyntaxError: Unexpected end of JSON input'),
      }),
    ),
  },
  {
    name: 'api-error-html-401',
    title: '/api/me answers 401 with a page',
    apply: changing(me, (response) =>
      response.status === 401 ? replaceHtml(response, 401, 'Unauthorized', '<h1>Please sign in</h1>') : response,
    ),
  },
  {
    name: 'api-error-sql',
    title: '/api/projects quotes the query of the database',
    apply: changing(
      all(projects, (request) => request.target.includes('%27')),
      (response) =>
        replaceJson(response, 500, { error: 'syntax error at or near "\'" in SELECT id, name FROM projects LIMIT $1' }),
    ),
  },
  {
    name: 'api-error-path',
    title: '/api/me names a file of the server',
    apply: changing(me, (response) =>
      replaceJson(response, 401, {
        error: 'unauthenticated',
        detail: "ENOENT: no such file or directory, open '/srv/app/config/keys.json'",
      }),
    ),
  },
  {
    name: 'api-error-environment',
    title: '/api/me says which variable is not set',
    apply: changing(me, (response) =>
      replaceJson(response, 401, { error: 'unauthenticated', detail: 'CLERK_JWT_KEY is not set in process.env' }),
    ),
  },
]);

const createsProject = all(at('/api/projects'), by('POST'));
const contentType = (request: DemoRequest): string => header(request, 'content-type') ?? '';
const origin = (request: DemoRequest): string => header(request, 'origin') ?? '';
const unseen = (request: DemoRequest): DemoRequest => without(request, 'origin');

export const csrf = defectsOf('api/csrf', [
  {
    name: 'csrf-any-origin',
    title: 'POST /api/projects compares no Origin, and reads JSON from any content type',
    apply: rewriting(createsProject, unseen),
  },
  {
    name: 'csrf-form',
    title: 'POST /api/projects takes forms of any origin',
    apply: rewriting(
      all(createsProject, (request) => contentType(request).includes('urlencoded')),
      (request) => ({
        ...unseen(withHeader(without(request, 'content-length'), 'Content-Type', 'application/json')),
        body: Buffer.from(JSON.stringify(Object.fromEntries(new URLSearchParams(request.body.toString())))),
      }),
    ),
  },
  {
    name: 'csrf-untyped',
    title: 'POST /api/projects compares the Origin of forms and of text only: a body without a type passes',
    apply: rewriting(
      all(createsProject, (request) => contentType(request) === ''),
      (request) => unseen(withHeader(request, 'Content-Type', 'application/json')),
    ),
  },
  {
    name: 'csrf-null-origin',
    title: 'POST /api/projects takes Origin: null for none',
    apply: rewriting(
      all(createsProject, (request) => origin(request) === 'null'),
      unseen,
    ),
  },
  {
    name: 'csrf-prefix',
    title: 'POST /api/projects takes every Origin that begins like its own',
    apply: rewriting(
      all(createsProject, (request, { url }) => origin(request).startsWith(url.replace(/:\d+$/, '.'))),
      unseen,
    ),
  },
]);

/** The options of a team, with one API route declared more exactly. */
function declaring(path: string, more: Readonly<Record<string, unknown>>) {
  return (options: ReadinessOptions): ReadinessOptions => ({
    ...options,
    api: (options.api || [])
      .map((route) => (typeof route === 'string' ? { path: route } : route))
      .map((route) => (route.path === path ? { ...route, ...more } : route)),
  });
}

export const apiVariants = [
  ...variantsOf('api/forged-token', [
    {
      name: 'no-reason-headers',
      title: 'the answers of the API give no reason and no message in x-clerk-auth-* headers',
      apply: changing(isApi, (response) => ({
        ...response,
        headers: response.headers.filter(([name]) => !/^x-clerk-auth-(?:reason|message)$/i.test(name)),
      })),
    },
  ]),
  ...variantsOf('api/authenticated', [
    {
      name: 'api-needs-role',
      title: '/api/me asks for a role that the test user has not: 403',
      options: declaring('/api/me', { authenticatedStatus: [403] }),
      apply: toUser((response) => replaceJson(response, 403, { error: 'missing_role' })),
    },
  ]),
  ...variantsOf('api/csrf', [
    {
      name: 'api-bearer-only',
      title: 'the API takes a session from the Authorization header only',
      apply: rewriting(isApi, (request) => without(request, 'cookie')),
    },
    {
      name: 'api-json-only',
      title: 'POST /api/projects compares no Origin, but takes application/json only: 415',
      apply: async (request, next, site) => {
        if (!createsProject(request, site)) return next(request);
        const response = await next(unseen(request));
        const foreignType = contentType(request) !== 'application/json';
        return foreignType && response.status !== 401
          ? replaceJson(response, 415, { error: 'unsupported_media_type' })
          : response;
      },
    },
  ]),
  ...variantsOf('api/error-shape', [
    {
      name: 'api-html-404',
      title: 'unknown API paths get the page that people get, as Next.js does by itself',
      apply: async (request, next, site) => {
        const response = await next(request);
        if (!isApi(request, site) || response.status !== 404) return response;
        const page = await next({ ...request, target: `/clerk_${pathOf(request).length}` });
        return replaceBody(response, 404, 'text/html; charset=utf-8', page.body);
      },
    },
  ]),
];
