import { header, pathOf, withHeader, without } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import type { Next, Site } from './defect.ts';

/** The origin that the app lets call its API (its own default). */
export const ALLOWED_ORIGIN = 'https://app.demo.example';

type Apply = (request: DemoRequest, next: Next, site: Site) => Promise<DemoResponse>;
type Change = (response: DemoResponse, request: DemoRequest, site: Site) => DemoResponse | Promise<DemoResponse>;
type Condition = (request: DemoRequest, site: Site) => boolean;

/** Changes the app's answer to the requests that fit. The headers of the real answer stay unless the change is about them. */
export function changing(condition: Condition, change: Change): Apply {
  return async (request, next, site) => {
    const response = await next(request);
    return condition(request, site) ? change(response, request, site) : response;
  };
}

/** Sends the app another request than the one that came, for the requests that fit. */
export function rewriting(condition: Condition, rewrite: (request: DemoRequest, site: Site) => DemoRequest): Apply {
  return (request, next, site) => next(condition(request, site) ? rewrite(request, site) : request);
}

export const always: Condition = () => true;

export function at(...paths: string[]): Condition {
  return (request) => paths.includes(pathOf(request));
}

export function under(prefix: string): Condition {
  return (request) => pathOf(request).startsWith(prefix);
}

export function all(...conditions: Condition[]): Condition {
  return (request, site) => conditions.every((condition) => condition(request, site));
}

export function by(...methods: string[]): Condition {
  return (request) => methods.includes(request.method);
}

/** Has nothing that could be a session: no token, no cookie of Clerk's, and no handshake. */
export const anonymous: Condition = (request) =>
  header(request, 'authorization') === undefined &&
  !/(?:^|;\s*)__(?:session|client|clerk)/.test(header(request, 'cookie') ?? '') &&
  !/[?&]__clerk_/.test(request.target);

/** What the router asks for instead of a document. */
export const isRsc: Condition = (request) => header(request, 'rsc') !== undefined;

export const isServerAction: Condition = (request) => header(request, 'next-action') !== undefined;

export const isApi = under('/api/');

/** The API that pages call; webhooks are called by Clerk. */
export const isBrowserApi: Condition = (request) =>
  pathOf(request).startsWith('/api/') && !pathOf(request).startsWith('/api/webhooks/');

/** Files that are the same for everybody. */
export const isStatic: Condition = (request) => /^\/(?:_next\/static\/|images\/|favicon\.ico$)/.test(pathOf(request));

export function cookie(request: DemoRequest, name: string): string | undefined {
  return header(request, 'cookie')
    ?.split(/;\s*/)
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

/** The same request as the demo user would send it. */
export function signedIn(request: DemoRequest, site: Site): DemoRequest {
  return withHeader(request, 'Cookie', site.signedInCookie());
}

export function replaceBody(
  response: DemoResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
): DemoResponse {
  return {
    ...withHeader(
      without(response, 'location', 'etag', 'last-modified', 'transfer-encoding'),
      'Content-Type',
      contentType,
    ),
    status,
    body: Buffer.from(body),
  };
}

export function replaceJson(response: DemoResponse, status: number, body: unknown): DemoResponse {
  return replaceBody(response, status, 'application/json', JSON.stringify(body));
}

export function replaceHtml(response: DemoResponse, status: number, title: string, body: string): DemoResponse {
  return replaceBody(
    response,
    status,
    'text/html; charset=utf-8',
    `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body>${body}</body></html>`,
  );
}

export function redirect(response: DemoResponse, location: string, status = 307): DemoResponse {
  return {
    ...withHeader(without(response, 'location', 'set-cookie', 'content-type'), 'Location', location),
    status,
    body: Buffer.from(location),
  };
}

/** As Clerk writes it. */
export function signInUrl(request: DemoRequest, site: Site): string {
  return `${site.url}/sign-in?redirect_url=${encodeURIComponent(site.url + request.target)}`;
}

/** What an uncaught exception looks like on a server in development mode. */
export function stackTrace(message: string): string {
  return [
    `${message}`,
    '    at readSession (/srv/app/lib/session.ts:18:21)',
    '    at Page (/srv/app/app/dashboard/page.tsx:9:17)',
    '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
  ].join('\n');
}
