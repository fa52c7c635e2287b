import { addHeader, header, mapHeader, withHeader, without } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import { defectsOf, variantsOf } from './defect.ts';
import type { Site } from './defect.ts';
import { all, ALLOWED_ORIGIN, by, changing, isBrowserApi, replaceJson } from './tools.ts';

const ALLOW_ORIGIN = 'access-control-allow-origin';

/** A permission as CORS libraries write it. */
function permit(response: DemoResponse, request: DemoRequest, origin: string, credentials: boolean): DemoResponse {
  let permitted = withHeader(response, 'Access-Control-Allow-Origin', origin);
  if (credentials) permitted = withHeader(permitted, 'Access-Control-Allow-Credentials', 'true');
  if (request.method !== 'OPTIONS') return permitted;
  permitted = withHeader(permitted, 'Access-Control-Allow-Methods', 'GET, POST');
  return withHeader(
    permitted,
    'Access-Control-Allow-Headers',
    header(request, 'access-control-request-headers') ?? 'Authorization, Content-Type',
  );
}

/** Permits the origins that a wrong comparison takes for a trusted one. The right ones get what the app gives them. */
function permitting(trusts: (origin: string, trusted: URL) => boolean, credentials = false) {
  return changing(isBrowserApi, (response, request, site: Site) => {
    const origin = header(request, 'origin');
    if (origin === undefined || origin === ALLOWED_ORIGIN || origin === site.url) return response;
    const fooled = [ALLOWED_ORIGIN, site.url].some((trusted) => trusts(origin, new URL(trusted)));
    return fooled ? permit(response, request, origin, credentials) : response;
  });
}

export const untrustedOrigin = defectsOf('cors/untrusted-origin', [
  { name: 'cors-reflect', title: 'any origin is reflected, with credentials', apply: permitting(() => true, true) },
  {
    name: 'cors-null',
    title: 'the origin null is permitted, with credentials',
    apply: permitting((origin) => origin === 'null', true),
  },
  {
    name: 'cors-vite',
    title: 'the development server of Vite is still on the list',
    apply: permitting((origin) => origin === 'http://localhost:5173'),
  },
  {
    name: 'cors-suffix',
    title: 'every origin that ends as a trusted host is permitted',
    apply: permitting((origin, { host }) => origin.endsWith(host)),
  },
  {
    name: 'cors-prefix',
    title: 'every origin that begins as a trusted one is permitted',
    apply: permitting((origin, { protocol, hostname }) => origin.startsWith(`${protocol}//${hostname}`)),
  },
  {
    name: 'cors-subdomain',
    title: 'every subdomain of a trusted host is permitted',
    apply: permitting((origin, { host }) => origin.endsWith(`.${host}`)),
  },
  {
    name: 'cors-http',
    title: 'the scheme is not compared',
    apply: permitting((origin, { host }) => origin === `http://${host}`),
  },
  {
    name: 'cors-unescaped-dot',
    title: 'the dots in a regular expression are not escaped',
    apply: permitting((origin, trusted) => new RegExp(`^${trusted.origin}$`).test(origin)),
  },
  {
    name: 'cors-wildcard',
    title: 'every other origin is permitted by * on private data',
    apply: changing(isBrowserApi, (response, request, site) => {
      const origin = header(request, 'origin');
      return origin === undefined || origin === ALLOWED_ORIGIN || origin === site.url
        ? response
        : permit(response, request, '*', false);
    }),
  },
  {
    name: 'cors-reflect-signed-in',
    title:
      'the handler behind the guard reflects any origin, with credentials; the refusal of the guard has no permission',
    apply: changing(isBrowserApi, (response, request) => {
      const origin = header(request, 'origin');
      const isHandlers = response.status < 300 && request.method !== 'OPTIONS';
      return isHandlers && origin !== undefined && origin !== ALLOWED_ORIGIN
        ? permit(addHeader(response, 'Vary', 'Origin'), request, origin, true)
        : response;
    }),
  },
  {
    name: 'cors-no-vary',
    title:
      "the app's own origin is permitted by name in answers that browsers keep, and Vary does not say that others are not",
    // To the declared origin Vary is right, else cors/allowed-origin would fail too.
    apply: changing(isBrowserApi, (response, request, site) => {
      if (header(request, 'origin') === ALLOWED_ORIGIN) return response;
      const unmarked = mapHeader(response, 'vary', (value) => (/^origin$/i.test(value) ? 'Accept-Encoding' : value));
      if (header(request, 'origin') !== site.url) return unmarked;
      return permit(withHeader(unmarked, 'Cache-Control', 'private, max-age=60'), request, site.url, false);
    }),
  },
]);

/** A rule in the configuration of the framework or the CDN, which looks at nobody. */
export const corsVariants = variantsOf('cors/allowed-origin', [
  {
    name: 'cors-same-for-all',
    title: 'the one declared origin is permitted in every answer, without Vary',
    apply: changing(isBrowserApi, (response, request) => {
      const unmarked = mapHeader(response, 'vary', (value) => (/^origin$/i.test(value) ? 'Accept-Encoding' : value));
      return permit(unmarked, request, ALLOWED_ORIGIN, false);
    }),
  },
]);

const fromAllowed = (request: DemoRequest): boolean => header(request, 'origin') === ALLOWED_ORIGIN;
const preflight = all(isBrowserApi, by('OPTIONS'), fromAllowed);
const CORS_HEADERS = [
  ALLOW_ORIGIN,
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age',
];

export const allowedOrigin = defectsOf('cors/allowed-origin', [
  {
    name: 'preflight-forgotten',
    title: 'preflights are answered by the framework, without any permission',
    apply: changing(preflight, (response) =>
      withHeader(without(response, ...CORS_HEADERS), 'Allow', 'GET, HEAD, OPTIONS, POST'),
    ),
  },
  {
    name: 'preflight-guarded',
    title: 'the guard refuses preflights, which never carry credentials',
    apply: changing(preflight, (response) =>
      replaceJson(without(response, ...CORS_HEADERS), 401, { error: 'unauthenticated' }),
    ),
  },
  {
    name: 'cors-only-preflight',
    title: 'only preflights are permitted, the answers are not',
    apply: changing(all(isBrowserApi, fromAllowed), (response, request) =>
      request.method === 'OPTIONS' ? response : without(response, ALLOW_ORIGIN),
    ),
  },
  {
    name: 'cors-fixed-origin',
    title: "the app's own origin is permitted, whoever asks",
    apply: changing(all(isBrowserApi, fromAllowed), (response, _request, site) =>
      withHeader(response, 'Access-Control-Allow-Origin', site.url),
    ),
  },
  {
    name: 'preflight-no-authorization',
    title: 'preflights do not permit the Authorization header',
    apply: changing(preflight, (response) => withHeader(response, 'Access-Control-Allow-Headers', 'Content-Type')),
  },
  {
    name: 'cors-twice',
    title: 'the app and the CDN both add the permission, which browsers refuse',
    apply: changing(all(isBrowserApi, fromAllowed), (response) =>
      addHeader(response, 'Access-Control-Allow-Origin', ALLOWED_ORIGIN),
    ),
  },
]);
