import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { scriptFile } from '../clerk/script-host.ts';
import { addHeader, isHtml, mapText, pathOf, withHeader } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import { SCRIPTS_FOLDER } from '../prepare.ts';
import { defectsOf, variantsOf } from './defect.ts';
import type { Defect } from './defect.ts';
import { inPage } from './in-page.ts';
import { edit } from './project.ts';
import { all, anonymous, at, changing, isStatic, redirect, replaceBody, signInUrl } from './tools.ts';

const isStylesheet = (request: DemoRequest): boolean =>
  pathOf(request).endsWith('.css') && pathOf(request).startsWith('/_next/static/');

export const staticBypass = defectsOf('performance/static-bypass', [
  {
    name: 'matcher-all',
    title: 'the matcher /(.*) sends static files through the middleware',
    apply: changing(isStatic, (response) =>
      addHeader(
        addHeader(response, 'x-clerk-auth-status', 'signed-out'),
        'x-clerk-auth-reason',
        'session-token-and-uat-missing',
      ),
    ),
  },
  {
    name: 'favicon-guarded',
    title: '/favicon.ico is redirected to sign-in',
    apply: changing(all(at('/favicon.ico'), anonymous), (response, request, site) =>
      redirect(response, signInUrl(request, site)),
    ),
  },
  {
    name: 'stylesheet-guarded',
    title: 'stylesheets are redirected to sign-in',
    apply: changing(all(isStylesheet, anonymous), (response, request, site) =>
      redirect(response, signInUrl(request, site)),
    ),
  },
  {
    name: 'static-cookies',
    title: 'static files set a cookie',
    apply: changing(isStatic, (response) =>
      addHeader(response, 'Set-Cookie', 'visitor=1; Path=/; Secure; HttpOnly; SameSite=Lax'),
    ),
  },
  {
    name: 'static-uncached',
    title: 'scripts and stylesheets with a hash in their name may not be cached',
    apply: changing(
      (request) => pathOf(request).startsWith('/_next/static/'),
      (response) => withHeader(response, 'Cache-Control', 'no-cache, no-store'),
    ),
  },
]);

/** Where the app would serve a bundle of its own from. */
const UI_BUNDLE = '/_next/static/chunks/2f8a1c9d0b7e4a63.js';

const isPublicPage = at('/', '/pricing');

/** Rewrites a public page, whose nonce scripts of its own must carry. */
function inHtml(change: (html: string, nonce: string) => string): Defect['apply'] {
  return changing(isPublicPage, (response) =>
    isHtml(response) ? mapText(response, (html) => change(html, /nonce="([^"]+)"/.exec(html)?.[1] ?? '')) : response,
  );
}

/** Clerk's UI as a script, from the scripts that the demo serves. */
function uiSource(): Promise<string> {
  return readFile(scriptFile(SCRIPTS_FOLDER, 'ui@1', 'dist/ui.browser.js'), 'utf8');
}

function withUiBundle(wrap: (ui: string) => string, tag: (nonce: string) => string): Defect['apply'] {
  const page = inHtml((html, nonce) => html.replace('</head>', `${tag(nonce)}</head>`));
  return async (request, next, site) => {
    if (pathOf(request) !== UI_BUNDLE) return page(request, next, site);
    const bundle = replaceBody(await next(request), 200, 'text/javascript', wrap(await uiSource()));
    return withHeader(bundle, 'Cache-Control', 'public, max-age=31536000, immutable');
  };
}

const runBundle = (nonce: string): string => `<script async nonce="${nonce}" src="${UI_BUNDLE}"></script>`;

export const authBundle = defectsOf('performance/auth-bundle', [
  {
    name: 'ui-script-blocking',
    title: 'Clerk’s UI is loaded by a script element that the page waits for',
    apply: inHtml((html, nonce) => {
      const source = /href="([^"]+\/npm\/@clerk\/ui@[^"]+)"/.exec(html)?.[1] ?? '';
      return html.replace('</head>', `<script nonce="${nonce}" src="${source}"></script></head>`);
    }),
  },
  {
    name: 'clerk-js-blocking',
    title: 'the script element of clerk-js has lost its async',
    apply: inHtml((html) =>
      html.replaceAll(/<script [^>]*data-clerk-js-script[^>]*>/g, (tag) => tag.replace(/ async(?:="")?/, '')),
    ),
  },
  {
    name: 'ui-imported-statically',
    title: 'a bundle of the app brings Clerk’s UI to every page',
    apply: withUiBundle((ui) => ui, runBundle),
  },
]);

export const authBundleVariants = variantsOf('performance/auth-bundle', [
  {
    name: 'ui-preloaded',
    title: 'a bundle with Clerk’s UI is preloaded for the sign-in page, and not run',
    apply: withUiBundle(
      (ui) => ui,
      (nonce) => `<link rel="preload" as="script" nonce="${nonce}" href="${UI_BUNDLE}">`,
    ),
  },
  {
    name: 'ui-registered',
    title: 'a bundle with Clerk’s UI is run, which registers its modules and runs none of them',
    apply: withUiBundle(
      (ui) => `(self.webpackChunk_N_E=self.webpackChunk_N_E||[]).push([[42],{7:function(e,t,n){${ui}\n}}]);`,
      runBundle,
    ),
  },
]);

/** The app's own page with one look-up for each member of the team. */
const LOOP = `  const team = await Promise.all(
    ['user_1', 'user_2'].map(async (id) => (await clerkClient()).users.getUser(id)),
  );
`;

export const userDataCached = defectsOf('performance/user-data-cached', [
  {
    name: 'lookup-in-loop',
    title: 'the dashboard looks every member of the team up one by one',
    source: async (root) => {
      const page = join('app', '(protected)', 'dashboard', 'page.tsx');
      await edit(root, page, /^/, "import { clerkClient } from '@clerk/nextjs/server';\n");
      await edit(root, page, /(await requireViewer\(\);\n)/, (all) => all + LOOP);
    },
  },
  {
    name: 'lookup-twice-in-route',
    title: 'a route handler looks the signed-in user up twice',
    source: async (root) => {
      const route = join('app', 'api', 'me', 'route.ts');
      await edit(root, route, '{ auth }', '{ auth, clerkClient, currentUser }');
      await edit(
        root,
        route,
        /(= await auth\(\);\n)/,
        (all) =>
          `${all}  const user = await currentUser();\n  const again = await (await clerkClient()).users.getUser(userId ?? '');\n`,
      );
    },
  },
  {
    name: 'poll-client',
    title: '/pricing asks the Frontend API for the client again and again',
    apply: (request, next, site) =>
      pathOf(request) === '/pricing'
        ? inPage(
            `setInterval(() => fetch('https://${site.frontendApi}/v1/client', { mode: 'no-cors' }).catch(() => {}), 300);`,
          )(request, next, site)
        : next(request),
  },
]);

/** Longer than a guard may take to decide, on any machine. */
const SLOW_GUARD_MS = 700;

const slowly = async (response: DemoResponse): Promise<DemoResponse> => {
  if (response.status === 307) await setTimeout(SLOW_GUARD_MS);
  return response;
};

export const middlewareRuntime = defectsOf('performance/middleware-runtime', [
  {
    name: 'proxy-with-runtime',
    title: 'proxy.ts asks for the edge runtime, which it cannot have',
    source: (root) => edit(root, 'proxy.ts', 'matcher: [', "runtime: 'edge',\n  matcher: ["),
  },
  {
    name: 'runtime-unknown',
    title: 'middleware.ts asks for a runtime that does not exist',
    source: async (root) => {
      await edit(root, 'proxy.ts', 'matcher: [', "runtime: 'node',\n  matcher: [");
      await rename(join(root, 'proxy.ts'), join(root, 'middleware.ts'));
    },
  },
  {
    name: 'guard-slow',
    title: 'the guard asks the Backend API before it redirects',
    apply: changing(all(at('/dashboard', '/settings/billing'), anonymous), slowly),
  },
]);
