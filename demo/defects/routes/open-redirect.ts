import { mapText, pathOf } from '../../front/message.ts';
import type { DemoRequest } from '../../front/message.ts';
import type { ReadinessOptions } from '../../../src/index.ts';
import { defectsOf, variantsOf } from '../defect.ts';
import type { Defect, Site } from '../defect.ts';
import { all, anonymous, at, changing, redirect } from '../tools.ts';

function parameter({ target }: DemoRequest, name: string): string {
  return new URL(target, 'http://demo').searchParams.get(name) ?? '';
}

/** A page that follows a parameter at once when its value looks good to it. */
function following(path: string, name: string, looksGood: (value: string, site: Site) => boolean): Defect['apply'] {
  const asked = (request: DemoRequest, site: Site) => {
    const value = parameter(request, name);
    return value !== '' && looksGood(value, site);
  };
  return changing(all(at(path), asked), (response, request) => redirect(response, parameter(request, name)));
}

function isElsewhere(address: string, { url }: Site): boolean {
  return URL.canParse(address, url) && new URL(address, url).origin !== url;
}

/** A team that declares its endpoint for leaving. */
function withGo(options: ReadinessOptions): ReadinessOptions {
  return { ...options, routes: { ...options.routes, redirects: ['/go?to='] } };
}

export const openRedirect = defectsOf('routes/open-redirect', [
  {
    name: 'redirect-signed-in',
    title: '/sign-in sends people who are signed in already on to any redirect_url',
    apply: changing(
      all(
        at('/sign-in'),
        (request, site) => !anonymous(request, site),
        (request, site) => isElsewhere(parameter(request, 'redirect_url'), site),
      ),
      (response, request) => redirect(response, parameter(request, 'redirect_url')),
    ),
  },
  {
    name: 'redirect-absolute',
    title: '/sign-in?redirect_url= follows any https address',
    apply: following(
      '/sign-in',
      'redirect_url',
      (value, site) => value.startsWith('https://') && !value.startsWith(`${site.url}/`),
    ),
  },
  {
    name: 'redirect-prefix',
    title: '/sign-in?redirect_url= follows whatever begins with its own origin, as in https://app@evil',
    apply: following(
      '/sign-in',
      'redirect_url',
      (value, site) => value.startsWith(site.url) && !value.startsWith(`${site.url}/`),
    ),
  },
  {
    name: 'redirect-double-slash',
    title: '/pricing?next= takes //evil for a path of its own',
    apply: following('/pricing', 'next', (value) => value.startsWith('/')),
  },
  {
    name: 'redirect-backslash',
    title: '/pricing?returnTo= refuses //evil and follows /\\evil',
    apply: following('/pricing', 'returnTo', (value) => value.startsWith('/') && !value.startsWith('//')),
  },
  {
    name: 'redirect-refresh',
    title: '/pricing?url= leads away by a meta element',
    apply: changing(
      all(at('/pricing'), (request) => parameter(request, 'url').startsWith('https://')),
      (response, request) =>
        mapText(response, (html) =>
          html.replace('<head>', `<head><meta http-equiv="refresh" content="0; url=${parameter(request, 'url')}">`),
        ),
    ),
  },
  {
    name: 'redirect-endpoint',
    title: '/go?to= follows everything',
    options: withGo,
    apply: changing(at('/go'), (response, request) => redirect(response, parameter(request, 'to'))),
  },
  {
    name: 'redirect-own-path',
    title: '/go?to= compares origins and goes to the path as it is, which may begin with //evil',
    options: withGo,
    apply: changing(at('/go'), (response, request, site) => {
      const to = parameter(request, 'to');
      return redirect(
        response,
        URL.canParse(to, site.url) && !isElsewhere(to, site) ? new URL(to, site.url).pathname : '/',
      );
    }),
  },
]);

export const openRedirectVariants = variantsOf('routes/open-redirect', [
  {
    name: 'redirect-sibling',
    title: '/pricing?url= leads to a sibling of the app, whatever the parameter says',
    apply: changing(
      all(at('/pricing'), (request) => parameter(request, 'url') !== ''),
      (response) => redirect(response, 'https://help.demo.example/'),
    ),
  },
  {
    name: 'redirect-own-only',
    title: '/go?to= follows paths of the app and leads home otherwise',
    options: withGo,
    apply: changing(at('/go'), (response, request, site) => {
      const to = parameter(request, 'to');
      const url = URL.canParse(to, site.url) ? new URL(to, site.url) : undefined;
      return redirect(response, url?.origin === site.url ? url.pathname.replace(/^\/+/, '/') : '/');
    }),
  },
  {
    name: 'redirect-echoed',
    title: 'a redirect to sign-in keeps the foreign address in its query',
    apply: changing(
      all((request) => pathOf(request) === '/pricing' && parameter(request, 'url') !== ''),
      (response, request) =>
        redirect(response, `/sign-in?redirect_url=${encodeURIComponent(parameter(request, 'url'))}`),
    ),
  },
]);
