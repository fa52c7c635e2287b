import { withHeader } from '../front/message.ts';
import type { DemoRequest } from '../front/message.ts';
import { defectsOf } from './defect.ts';
import { all, anonymous, at, by, changing, redirect, replaceBody, replaceJson, signInUrl } from './tools.ts';

const notPreflight = (request: DemoRequest): boolean => request.method !== 'OPTIONS';
const me = all(at('/api/me'), anonymous, notPreflight);
const projects = all(at('/api/projects'), anonymous, notPreflight);

export const unauthenticated401 = defectsOf('api/unauthenticated-401', [
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
  {
    name: 'api-post-unguarded',
    title: 'only GET /api/projects looks at the session: POST creates a project for anonymous',
    apply: changing(all(projects, by('POST')), (response) =>
      replaceJson(response, 201, { project: { id: crypto.randomUUID(), name: 'Untitled' } }),
    ),
  },
  {
    name: 'api-validates-first',
    title: 'POST /api/projects judges the body before the session: 400 to anonymous',
    apply: changing(all(projects, by('POST')), (response) => replaceJson(response, 400, { error: 'invalid_name' })),
  },
]);
