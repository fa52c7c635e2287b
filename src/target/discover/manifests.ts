import { body } from '../exchange.ts';
import type { Exchange } from '../exchange.ts';
import { buildManifestRoutes, buildManifestUrls, routesIn } from './next-routes.ts';
import { nuxtRoutes } from './nuxt-routes.ts';
import { routerManifestUrls, routerRoutes } from './react-router-routes.ts';
import type { AppRoute } from './route.ts';
import { svelteRoutes } from './svelte-routes.ts';
import { tanstackRoutes } from './tanstack-routes.ts';

/** Next's list of the routes of its `pages` folder. */
const NEXT_MANIFEST = /\/_buildManifest\.js$/;

/** Where the manifests stand, with all routes of the build, that a page does not load by itself. */
export function manifestUrls(page: Exchange): string[] {
  return [...buildManifestUrls(page), ...routerManifestUrls(page)];
}

/** Routes that a page, a script or a manifest names, whatever the framework. */
export function routesNamedIn(exchange: Exchange): AppRoute[] {
  const text = body(exchange);
  const next = NEXT_MANIFEST.test(new URL(exchange.request.url).pathname) ? buildManifestRoutes(text) : routesIn(text);
  return [...next, ...routerRoutes(text), ...nuxtRoutes(exchange), ...svelteRoutes(exchange), ...tanstackRoutes(text)];
}
