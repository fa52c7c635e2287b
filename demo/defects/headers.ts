import { randomBytes } from 'node:crypto';
import { addHeader, header, isHtml, mapHeader, mapText, pathOf, withHeader, without } from '../front/message.ts';
import type { DemoResponse } from '../front/message.ts';
import { defectsOf, variantsOf } from './defect.ts';
import { all, always, anonymous, at, by, changing } from './tools.ts';

const CSP = 'content-security-policy';

/** The policy with one directive's sources changed. */
function withSources(
  response: DemoResponse,
  directive: string,
  change: (sources: readonly string[]) => readonly string[],
): DemoResponse {
  return mapHeader(response, CSP, (policy) =>
    policy
      .split('; ')
      .map((each) => {
        const [name = '', ...sources] = each.split(' ');
        return name === directive ? [name, ...change(sources)].join(' ') : each;
      })
      .join('; '),
  );
}

function withNonce(response: DemoResponse, change: (nonce: string) => string): DemoResponse {
  const nonce = /'nonce-([^']+)'/.exec(header(response, CSP) ?? '')?.[1];
  if (nonce === undefined) return response;
  const changed = change(nonce);
  const relabelled = mapHeader(
    mapHeader(response, CSP, (policy) => policy.replaceAll(nonce, changed)),
    'x-nonce',
    () => changed,
  );
  return isHtml(response) ? mapText(relabelled, (html) => html.replaceAll(nonce, changed)) : relabelled;
}

function framable(response: DemoResponse): DemoResponse {
  return mapHeader(without(response, 'x-frame-options'), CSP, (policy) =>
    policy.replace(/frame-ancestors [^;]+; /, ''),
  );
}

/** Changes the pages that only signed-in people get, and not what others get in their place. */
function behindSignIn(change: (response: DemoResponse) => DemoResponse) {
  return changing(at('/dashboard', '/settings/billing'), (response) =>
    response.status === 200 && isHtml(response) ? change(response) : response,
  );
}

/** Somebody's nonce of last year, copied into a configuration file. */
const CONSTANT_NONCE = Buffer.from('0123456789abcdef').toString('base64');

let answers = 0;

/** Long, and never the same; but whoever has seen one knows the next. */
function countedNonce(): string {
  answers += 1;
  return Buffer.from(`fernwork-${String(answers).padStart(12, '0')}`).toString('base64');
}

/** Without a policy, nothing can be said about what it allows. */
const POLICY_IS_ABSENT = ['headers/csp-clerk'] as const;

export const csp = defectsOf('headers/csp', [
  {
    name: 'csp-absent',
    title: 'there is no policy',
    mayAlsoBreak: POLICY_IS_ABSENT,
    apply: changing(always, (response) => without(response, CSP)),
  },
  {
    name: 'csp-absent-signed-in',
    title: 'the policy is set for the marketing pages only; pages behind sign-in have none',
    apply: behindSignIn((response) => without(response, CSP)),
  },
  {
    name: 'csp-report-only',
    title: 'the policy only reports',
    mayAlsoBreak: POLICY_IS_ABSENT,
    apply: changing(always, (response) => {
      const policy = header(response, CSP);
      return policy === undefined
        ? response
        : withHeader(without(response, CSP), 'Content-Security-Policy-Report-Only', policy);
    }),
  },
  {
    name: 'csp-script-wildcard',
    title: 'the policy allows scripts of any host, and inline ones',
    apply: changing(always, (response) => withSources(response, 'script-src', () => ['*', "'unsafe-inline'"])),
  },
  {
    name: 'csp-constant-nonce',
    title: 'the nonce is the same in every answer',
    apply: changing(always, (response) => withNonce(response, () => CONSTANT_NONCE)),
  },
  {
    name: 'csp-short-nonce',
    title: 'the nonce has three bytes',
    apply: changing(always, (response) => withNonce(response, (nonce) => nonce.slice(0, 4).replaceAll(/[+/]/g, 'x'))),
  },
  {
    name: 'csp-counted-nonce',
    title: 'the nonce is a counter behind a constant text',
    apply: changing(always, (response) => withNonce(response, () => countedNonce())),
  },
  {
    name: 'csp-only-on-200',
    title: 'the 404 page has no policy',
    apply: changing(always, (response) => (response.status === 404 ? without(response, CSP) : response)),
  },
  {
    name: 'csp-not-on-sign-in',
    title: 'the sign-in page has no policy',
    apply: changing(
      (request) => pathOf(request).startsWith('/sign-in'),
      (response) => without(response, CSP),
    ),
  },
]);

/** Without Clerk's own API no page of Clerk's works in a browser. */
const CLERK_IS_BLOCKED = ['session/expired-return'] as const;

/** Nor without its scripts, and the browser tells of those. */
const SCRIPTS_ARE_BLOCKED = [
  ...CLERK_IS_BLOCKED,
  'headers/csp-violations',
  'monitoring/error-tracking',
  'session/outage',
  'session/revoked-open-page',
  'session/sign-out',
] as const;

export const cspClerk = defectsOf('headers/csp-clerk', [
  {
    name: 'csp-no-frontend-api',
    title: 'connect-src lacks the Frontend API',
    mayAlsoBreak: CLERK_IS_BLOCKED,
    apply: changing(always, (response, _request, site) =>
      withSources(response, 'connect-src', (sources) => sources.filter((source) => !source.endsWith(site.frontendApi))),
    ),
  },
  {
    name: 'csp-nonce-alone',
    title: 'script-src has the nonce and no host of Clerk, whose script loads its parts without one',
    mayAlsoBreak: SCRIPTS_ARE_BLOCKED,
    apply: changing(always, (response, _request, site) =>
      withSources(response, 'script-src', (sources) =>
        sources.filter((source) => source !== "'strict-dynamic'" && !source.endsWith(site.frontendApi)),
      ),
    ),
  },
  {
    name: 'csp-trusted-types',
    title: 'trusted types are required, and no policy called default is allowed',
    mayAlsoBreak: SCRIPTS_ARE_BLOCKED,
    apply: changing(always, (response) =>
      mapHeader(response, CSP, (policy) => `${policy}; require-trusted-types-for 'script'; trusted-types fernwork`),
    ),
  },
  {
    name: 'csp-no-worker-blob',
    title: 'worker-src lacks blob:',
    apply: changing(always, (response) => withSources(response, 'worker-src', () => ["'self'"])),
  },
  {
    name: 'csp-no-images',
    title: 'img-src lacks img.clerk.com',
    apply: changing(always, (response) => withSources(response, 'img-src', () => ["'self'"])),
  },
  {
    name: 'csp-no-images-signed-in',
    title: 'img-src lacks img.clerk.com on pages behind sign-in, where the avatar is',
    apply: behindSignIn((response) => withSources(response, 'img-src', () => ["'self'"])),
  },
  {
    name: 'csp-no-bot-protection',
    title: 'frame-src lacks challenges.cloudflare.com',
    apply: changing(always, (response) =>
      withSources(response, 'frame-src', (sources) => sources.filter((source) => !source.includes('cloudflare'))),
    ),
  },
  {
    name: 'csp-no-inline-style',
    title: "style-src lacks 'unsafe-inline'",
    apply: changing(always, (response) => withSources(response, 'style-src', () => ["'self'"])),
  },
]);

/** Sets or, with undefined, removes one header of every answer. */
function everywhere(name: string, value?: string) {
  return changing(always, (response) =>
    value === undefined ? without(response, name.toLowerCase()) : withHeader(response, name, value),
  );
}

export const security = defectsOf('headers/security', [
  { name: 'hsts-absent', title: 'no Strict-Transport-Security', apply: everywhere('Strict-Transport-Security') },
  {
    name: 'hsts-off',
    title: 'Strict-Transport-Security is switched off again',
    apply: everywhere('Strict-Transport-Security', 'max-age=0'),
  },
  { name: 'nosniff-absent', title: 'no X-Content-Type-Options', apply: everywhere('X-Content-Type-Options') },
  { name: 'referrer-policy-absent', title: 'no Referrer-Policy', apply: everywhere('Referrer-Policy') },
  {
    name: 'referrer-policy-unsafe',
    title: 'Referrer-Policy: unsafe-url',
    apply: everywhere('Referrer-Policy', 'unsafe-url'),
  },
  {
    name: 'framable',
    title: 'neither X-Frame-Options nor frame-ancestors',
    apply: changing(always, framable),
  },
  {
    name: 'framable-signed-in',
    title: 'pages behind sign-in may be framed',
    apply: behindSignIn(framable),
  },
  {
    name: 'powered-by',
    title: 'X-Powered-By tells the framework',
    apply: changing(always, (response) => addHeader(response, 'X-Powered-By', 'Next.js')),
  },
]);

const onHome = all(at('/'), by('GET'));

/** A page with something more at the end of its body. */
function pageWith(response: DemoResponse, html: string): DemoResponse {
  return mapText(response, (text) => text.replace('</body>', () => `${html}</body>`));
}

function homeWith(html: string) {
  return changing(onHome, (response) => (isHtml(response) ? pageWith(response, html) : response));
}

export const violations = defectsOf('headers/csp-violations', [
  {
    name: 'csp-blocked-image',
    title: 'the home page shows an image of a host that the policy does not list',
    apply: homeWith('<img src="https://images.demo.example/hero.png" alt="">'),
  },
  {
    name: 'csp-blocked-style',
    title: 'the home page asks for a style sheet of a host that the policy does not list',
    apply: homeWith('<link rel="stylesheet" href="https://fonts.demo.example/inter.css">'),
  },
  {
    name: 'csp-prerendered',
    title: 'the home page is prerendered, so its scripts carry the nonce of the build',
    mayAlsoBreak: ['headers/csp', 'headers/csp-clerk'],
    apply: changing(onHome, (response) => {
      const nonce = /'nonce-([^']+)'/.exec(header(response, CSP) ?? '')?.[1];
      return nonce === undefined || !isHtml(response)
        ? response
        : mapText(response, (text) => text.replaceAll(nonce, 'bm9uY2Ugb2YgdGhlIGJ1aWxk'));
    }),
  },
  {
    name: 'csp-blocked-frame',
    title: 'the home page embeds a video of a host that the policy does not list',
    apply: homeWith('<iframe src="https://video.demo.example/embed/1" title="Tour"></iframe>'),
  },
  {
    name: 'csp-blocked-image-signed-in',
    title: 'pages behind sign-in show an image of a host that the policy does not list',
    apply: behindSignIn((response) => pageWith(response, '<img src="https://charts.demo.example/week.png" alt="">')),
  },
  {
    name: 'clerk-script-missing',
    title: 'the home page asks for Clerk’s script at an address that is no longer there',
    apply: changing(onHome, (response) =>
      isHtml(response) ? mapText(response, (text) => text.replaceAll('clerk.browser.js', 'clerk.gone.js')) : response,
    ),
  },
]);

export const violationVariants = variantsOf('headers/csp-violations', [
  {
    name: 'csp-trial-violated',
    title: 'a stricter policy is tried out with report-only, and the home page violates it',
    apply: changing(always, (response) =>
      addHeader(response, 'Content-Security-Policy-Report-Only', "img-src 'none'; report-uri /api/csp-reports"),
    ),
  },
]);

/** A cookie that the app sets on every page that it sends to `whom`. */
function pageCookie(line: (value: string) => string, whom = always) {
  return changing(all(by('GET'), whom), (response) =>
    isHtml(response) ? addHeader(response, 'Set-Cookie', line(randomBytes(24).toString('base64url'))) : response,
  );
}

export const cookies = defectsOf('headers/cookies', [
  {
    name: 'session-readable',
    title: 'a session of the app’s own can be read by scripts',
    apply: pageCookie((value) => `fernwork_session=${value}; Path=/; Secure; SameSite=Lax`),
  },
  {
    name: 'session-in-the-clear',
    title: 'a session of the app’s own is sent over http as well',
    apply: pageCookie((value) => `connect.sid=s%3A${value}; Path=/; HttpOnly; SameSite=Lax`),
  },
  {
    name: 'session-any-site',
    title: 'a session of the app’s own says nothing about SameSite',
    apply: pageCookie((value) => `auth_token=${value}; Path=/; Secure; HttpOnly`),
  },
  {
    name: 'session-host-prefix',
    title: 'a __Host- session names a domain, so browsers refuse it',
    apply: pageCookie((value) => `__Host-session=${value}; Path=/; Domain=127.0.0.1; Secure; HttpOnly; SameSite=Lax`),
  },
  {
    name: 'session-after-sign-in',
    title: 'signed-in people get a session of the app’s own without any protection',
    apply: pageCookie(
      (value) => `fernwork_jwt=${value}; Path=/`,
      (request, site) => !anonymous(request, site),
    ),
  },
]);

export const cookieVariants = variantsOf('headers/cookies', [
  {
    name: 'csrf-readable',
    title: 'a CSRF cookie that scripts must read',
    apply: pageCookie((value) => `csrf_token=${value}; Path=/; Secure; SameSite=Strict`),
  },
  {
    name: 'session-well-set',
    title: 'a session of the app’s own with everything it needs',
    apply: pageCookie((value) => `__Host-fernwork_session=${value}; Path=/; Secure; HttpOnly; SameSite=Lax`),
  },
  {
    name: 'sidebar-cookie',
    title: 'settings in cookies that scripts read',
    apply: changing(by('GET'), (response) =>
      isHtml(response)
        ? addHeader(addHeader(response, 'Set-Cookie', 'sidebar_state=true; Path=/'), 'Set-Cookie', 'theme=dark; Path=/')
        : response,
    ),
  },
  {
    name: 'clerk-own-cookie',
    title: 'the server takes Clerk’s script-readable cookie away',
    apply: changing(all(by('GET'), anonymous), (response) =>
      isHtml(response)
        ? addHeader(
            response,
            'Set-Cookie',
            '__session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; SameSite=Lax',
          )
        : response,
    ),
  },
]);
