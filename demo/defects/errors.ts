import { header, isHtml, pathOf } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import { defectsOf, variantsOf } from './defect.ts';
import {
  all,
  always,
  at,
  changing,
  cookie,
  isApi,
  replaceBody,
  replaceHtml,
  replaceJson,
  stackTrace,
} from './tools.ts';

function onNotFoundPage(change: (response: DemoResponse) => DemoResponse) {
  return changing(always, (response) => (response.status === 404 && isHtml(response) ? change(response) : response));
}

export const notFoundPage = defectsOf('errors/not-found-page', [
  {
    name: 'soft-404',
    title: 'the page for unknown paths answers 200',
    apply: onNotFoundPage((response) => ({ ...response, status: 200 })),
  },
  {
    name: 'default-404',
    title: "the framework's own 404 page",
    apply: onNotFoundPage((response) =>
      replaceHtml(
        response,
        404,
        '404: This page could not be found.',
        '<div><h1 class="next-error-h1">404</h1><h2>This page could not be found.</h2></div>',
      ),
    ),
  },
  {
    name: 'stack-404',
    title: 'the 404 page shows a stack trace',
    apply: onNotFoundPage((response) =>
      replaceHtml(
        response,
        404,
        'Page not found · Fernwork',
        `<header><a href="/">Fernwork</a></header><main><h1>We could not find that page</h1><pre>${stackTrace('Error: no route matches')}</pre></main>`,
      ),
    ),
  },
  {
    name: 'blank-404',
    title: 'the 404 page is empty',
    apply: onNotFoundPage((response) => replaceHtml(response, 404, '', '')),
  },
]);

const internalError = (response: DemoResponse, request: DemoRequest): DemoResponse =>
  pathOf(request).startsWith('/api/')
    ? replaceJson(response, 500, { error: 'internal_error' })
    : replaceHtml(
        response,
        500,
        'Fernwork',
        '<main><h1>Something went wrong</h1><p><a href="/sign-in">Sign in</a></p></main>',
      );

/** Three parts of which the middle one is no JSON: what `JSON.parse(atob(token.split('.')[1]))` throws on. */
function isUndecodable(token: string | undefined): boolean {
  const parts = token?.split('.') ?? [];
  if (parts.length !== 3) return false;
  try {
    JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString());
    return false;
  } catch {
    return true;
  }
}

function isMalformed(value: string | undefined): boolean {
  try {
    decodeURIComponent(value ?? '');
    return false;
  } catch {
    return true;
  }
}

const hasHandshake = (request: DemoRequest): boolean =>
  /[?&]__clerk_handshake=/.test(request.target) || cookie(request, '__clerk_handshake') !== undefined;
const isPage = (request: DemoRequest): boolean => !/^\/(?:api|_next)\//.test(pathOf(request));

export const authFailure = defectsOf('errors/auth-failure', [
  {
    name: 'session-cookie-500',
    mayAlsoBreak: ['api/forged-token'],
    title: 'the app decodes __session itself and throws when a part is no JSON',
    apply: changing((request) => isUndecodable(cookie(request, '__session')), internalError),
  },
  {
    name: 'home-cookie-500',
    title: 'the home page, which Clerk never sees, greets people by __session and throws when it is malformed',
    apply: changing(
      all(at('/'), (request) => isUndecodable(cookie(request, '__session'))),
      internalError,
    ),
  },
  {
    name: 'session-cookie-stack',
    title: 'the app decodes percent signs in __session and shows the stack of the exception',
    apply: changing(
      all(isPage, (request) => isMalformed(cookie(request, '__session'))),
      (response) => replaceHtml(response, 500, 'Error', `<pre>${stackTrace('URIError: URI malformed')}</pre>`),
    ),
  },
  {
    name: 'handshake-500',
    title: 'a broken handshake is answered with 500 and a stack',
    apply: changing(all(isPage, hasHandshake), (response) =>
      replaceHtml(
        response,
        500,
        'Error',
        `<pre>${stackTrace('Error: Clerk: Handshake token verification failed: Invalid JWT form.')}</pre>`,
      ),
    ),
  },
  {
    name: 'authorization-500',
    title: 'an Authorization header that is no token is answered with 500',
    mayAlsoBreak: ['api/forged-token'],
    apply: changing(
      all(
        isApi,
        (request) =>
          header(request, 'authorization') !== undefined &&
          !/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/.test(header(request, 'authorization') ?? ''),
      ),
      internalError,
    ),
  },
  {
    name: 'authorization-stack',
    title: 'the 401 to a broken token shows the stack of the verification',
    apply: changing(
      all(isApi, (request) => header(request, 'authorization') !== undefined),
      (response) =>
        response.status === 401
          ? replaceJson(response, 401, {
              error: 'unauthenticated',
              stack: stackTrace('TokenVerificationError: Invalid JWT form.'),
            })
          : response,
    ),
  },
]);

const isMalformedPath = (request: DemoRequest): boolean => /%(?![0-9a-f]{2})/i.test(request.target.split('?')[0] ?? '');
const hasBrokenRange = (request: DemoRequest): boolean => /zz/.test(header(request, 'range') ?? '');
const RETRY = '<button type="button">Try again</button>';
const SIGN_IN = '<a href="/sign-in">Sign in</a>';

function crashPage(html: string) {
  return changing(at('/crash'), (response) => replaceHtml(response, 500, 'Error', html));
}

export const errorPage = defectsOf('errors/error-page', [
  {
    name: 'malformed-stack',
    mayAlsoBreak: ['api/error-shape'],
    title: 'a URL that cannot be decoded is answered with a stack',
    apply: changing(isMalformedPath, (response) =>
      replaceHtml(response, 500, 'Error', `<pre>${stackTrace('URIError: URI malformed')}</pre>`),
    ),
  },
  {
    name: 'malformed-blank',
    title: 'a URL that cannot be decoded gets a blank page',
    apply: changing(isMalformedPath, (response) => replaceHtml(response, 200, '', '<div id="root"></div>')),
  },
  {
    name: 'range-stack',
    title: 'a Range header that makes no sense is answered with a stack',
    apply: changing(hasBrokenRange, (response) =>
      replaceBody(response, 500, 'text/plain', stackTrace('RangeError: Invalid range')),
    ),
  },
  {
    name: 'crash-blank',
    title: 'a page that crashes is blank',
    apply: crashPage('<div id="root"></div>'),
  },
  {
    name: 'crash-stack',
    title: 'a page that crashes shows its stack',
    apply: crashPage(`<pre>${stackTrace('Error: no such table')}</pre>${RETRY} ${SIGN_IN}`),
  },
  {
    name: 'crash-without-sign-in',
    title: 'a page that crashes takes everybody for signed in',
    apply: crashPage(`<h1>Something went wrong</h1>${RETRY}`),
  },
  {
    name: 'crash-without-retry',
    title: 'a page that crashes is a dead end',
    apply: crashPage(`<h1>Something went wrong</h1><p>Signed out? ${SIGN_IN}</p>`),
  },
]);

export const errorPageVariants = variantsOf('errors/error-page', [
  {
    name: 'malformed-text',
    title: 'the platform refuses URLs that cannot be decoded with a line of text',
    apply: changing(isMalformedPath, (response) => replaceBody(response, 400, 'text/plain', 'Bad Request\n')),
  },
  {
    name: 'crash-static',
    title: 'the page for crashes is a file of the web server',
    apply: crashPage(`<h1>We will be right back</h1><p><a href="/crash">Reload</a> ${SIGN_IN}</p>`),
  },
]);
