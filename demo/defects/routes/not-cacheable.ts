import { addHeader, pathOf, withHeader } from '../../front/message.ts';
import type { DemoResponse } from '../../front/message.ts';
import { defectsOf, variantsOf } from '../defect.ts';
import { all, anonymous, at, by, changing, isRsc } from '../tools.ts';
import type { DemoRequest } from '../../front/message.ts';
import type { Site } from '../defect.ts';

const hasSession = (request: DemoRequest, site: Site): boolean => !anonymous(request, site);

/** What the CDN of `cached-for-anyone` has stored, by URL. */
const stored = new Map<string, DemoResponse>();

export const notCacheable = defectsOf('routes/not-cacheable', [
  {
    name: 'cacheable-s-maxage',
    title: '/dashboard was rendered when the app was built: s-maxage for a year',
    apply: changing(all(at('/dashboard'), hasSession), (response) =>
      response.status === 200 ? withHeader(response, 'Cache-Control', 's-maxage=31536000') : response,
    ),
  },
  {
    name: 'cacheable-api-public',
    title: '/api/me may be stored by anyone for five minutes',
    apply: changing(all(at('/api/me'), hasSession), (response) =>
      response.status === 200 ? withHeader(response, 'Cache-Control', 'public, max-age=300') : response,
    ),
  },
  {
    name: 'cacheable-cdn-header',
    title: 'the CDN is told to store /settings/billing, the browser is not',
    apply: changing(all(at('/settings/billing'), hasSession), (response) =>
      response.status === 200 ? addHeader(response, 'CDN-Cache-Control', 'max-age=600') : response,
    ),
  },
  {
    name: 'cached-for-anyone',
    title: 'the CDN stores pages with a query by their URL alone: /dashboard of one user for everybody',
    apply: async (request, next, site) => {
      if (pathOf(request) !== '/dashboard' || !request.target.includes('?') || !by('GET')(request, site))
        return next(request);
      const key = site.url + request.target;
      const copy = stored.get(key);
      if (copy) return addHeader(withHeader(copy, 'Age', '1'), 'X-Cache', 'HIT');
      const response = await next(request);
      if (hasSession(request, site) && response.status === 200 && !isRsc(request, site)) stored.set(key, response);
      return response;
    },
  },
  {
    name: 'cached-hit',
    title: 'Cloudflare stores everything: /dashboard comes from its cache',
    apply: changing(all(at('/dashboard'), hasSession), (response) =>
      response.status === 200 ? addHeader(addHeader(response, 'CF-Cache-Status', 'HIT'), 'Age', '120') : response,
    ),
  },
  {
    name: 'cacheable-refusal',
    title: 'the redirect of /dashboard to sign-in may be stored for ten minutes, for signed-in people too',
    apply: changing(all(at('/dashboard'), anonymous), (response) =>
      response.status === 307 ? withHeader(response, 'Cache-Control', 'public, max-age=600') : response,
    ),
  },
]);

export const notCacheableVariants = variantsOf('routes/not-cacheable', [
  {
    name: 'public-page-cached',
    title: '/pricing is the same for everybody and comes from a cache',
    apply: changing(at('/pricing'), (response) =>
      addHeader(addHeader(response, 'X-Vercel-Cache', 'HIT'), 'Age', '300'),
    ),
  },
  {
    name: 'prerendered-behind-guard',
    title: 'Vercel asks the middleware first and then gives /dashboard from its cache',
    apply: changing(all(at('/dashboard'), hasSession), (response) =>
      response.status === 200
        ? addHeader(
            withHeader(response, 'Cache-Control', 'public, max-age=0, must-revalidate'),
            'X-Vercel-Cache',
            'PRERENDER',
          )
        : response,
    ),
  },
]);
