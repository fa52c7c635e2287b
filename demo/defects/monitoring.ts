import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Probe, ReadinessOptions } from '../../src/index.ts';
import { isHtml, mapHeader, mapText, pathOf, withHeader, without } from '../front/message.ts';
import { randomSecretKey } from '../clerk/keys.ts';
import { defectsOf, variantsOf } from './defect.ts';
import type { CheckName } from './defect.ts';
import { all, always, at, by, changing, redirect, replaceHtml, replaceJson, signInUrl } from './tools.ts';

const isHealth = at('/api/health');
const pass = { status: 'pass', checks: { clerk: { status: 'pass' } } };

/** Longer than the two seconds that a monitor waits. */
const SLOW_MS = 2500;

export const health = defectsOf('monitoring/health', [
  {
    name: 'health-html',
    title: 'a catch-all page answers with HTML',
    apply: changing(isHealth, (response) => replaceHtml(response, 200, 'Fernwork', '<div id="root"></div>')),
  },
  {
    name: 'health-guarded',
    title: 'the guard redirects monitors to sign-in',
    apply: changing(isHealth, (response, request, site) => redirect(response, signInUrl(request, site))),
  },
  {
    name: 'health-cacheable',
    title: 'the answer may be cached for a minute',
    apply: changing(isHealth, (response) => withHeader(response, 'Cache-Control', 'public, max-age=60')),
  },
  {
    name: 'health-no-cache-control',
    title: 'the answer says nothing about caching',
    apply: changing(isHealth, (response) => without(response, 'cache-control')),
  },
  {
    name: 'health-failed-subcheck',
    title: '200 although the Clerk sub-check failed',
    apply: changing(isHealth, (response) =>
      replaceJson(response, 200, { status: 'pass', checks: { clerk: { status: 'fail' } } }),
    ),
  },
  {
    name: 'health-out-of-service',
    title: '200 although Clerk is out of service, in the words of Spring',
    apply: changing(isHealth, (response) =>
      replaceJson(response, 200, { status: 'UP', components: { clerk: { status: 'OUT_OF_SERVICE' } } }),
    ),
  },
  {
    name: 'health-from-cache',
    title: 'the CDN keeps the answer for half a minute, whatever browsers are told',
    apply: changing(isHealth, (response) => withHeader(response, 'CDN-Cache-Control', 'max-age=30')),
  },
  {
    name: 'health-static',
    title: 'a constant answer that does not know of Clerk',
    apply: changing(isHealth, (response) => replaceJson(response, 200, { status: 'ok' })),
  },
  {
    name: 'health-no-head',
    title: 'HEAD is answered with 405',
    apply: changing(all(isHealth, by('HEAD')), (response) => ({
      ...withHeader(response, 'Allow', 'GET'),
      status: 405,
    })),
  },
  {
    name: 'health-slow',
    title: 'the answer takes two and a half seconds',
    apply: changing(isHealth, async (response) => {
      await setTimeout(SLOW_MS);
      return response;
    }),
  },
  {
    name: 'health-leaks-environment',
    title: 'the answer shows the environment, secrets included',
    apply: changing(isHealth, (response) =>
      replaceJson(response, 200, {
        ...pass,
        env: {
          NODE_VERSION: process.version,
          CLERK_SECRET_KEY: randomSecretKey('live'),
          DATABASE_URL: `postgres://app:${randomBytes(9).toString('hex')}@db.internal:5432/app`,
        },
      }),
    ),
  },
  {
    name: 'health-down',
    title: 'Clerk cannot be reached: 503',
    apply: changing(isHealth, (response) =>
      replaceJson(response, 503, { status: 'fail', checks: { clerk: { status: 'fail' } } }),
    ),
  },
]);

/** The script that starts error tracking, with its code changed. */
function trackingScript(change: (code: string) => string) {
  return changing(
    (request) => /^\/_next\/static\/.*\.js$/.test(pathOf(request)),
    (response) => (response.body.includes(STARTS) ? mapText(response, change) : response),
  );
}

/** How the app's own code looks in the build: what it tells the SDK, and the user that it sets. */
const STARTS = 'sendClientReports:!1';
const USER = /\?\{id:\w+\}:null/;

/** Sources on this machine that are not the Frontend API: the error tracker. */
function withoutTracker(policy: string, frontendApi: string): string {
  return policy.replace(/connect-src [^;]*/, (directive) =>
    directive.replace(/ https:\/\/127\.0\.0\.1:\d+/g, (source) => (source.endsWith(frontendApi) ? source : '')),
  );
}

export const errorTracking = defectsOf('monitoring/error-tracking', [
  {
    name: 'tracking-no-user',
    title: 'errors are reported without their user',
    apply: trackingScript((code) => code.replace(USER, '?null:null')),
  },
  {
    name: 'tracking-email-as-id',
    title: 'errors are reported with the e-mail address as user id',
    apply: trackingScript((code) => code.replace(USER, '?{id:"jane@example.com"}:null')),
  },
  {
    name: 'tracking-off',
    title: 'error tracking is switched off in the browser',
    apply: trackingScript((code) => code.replace(STARTS, `${STARTS},enabled:!1`)),
  },
  {
    name: 'tracking-blocked',
    title: 'the policy blocks reports to the error tracker',
    apply: changing(always, (response, _request, site) =>
      isHtml(response)
        ? mapHeader(response, 'content-security-policy', (policy) => withoutTracker(policy, site.frontendApi))
        : response,
    ),
  },
]);

export const errorTrackingVariants = variantsOf('monitoring/error-tracking', [
  {
    name: 'tracking-tunnel',
    title: 'reports go through a route of the app',
    apply: trackingScript((code) => code.replace(STARTS, `${STARTS},tunnel:"/monitoring"`)),
  },
  {
    name: 'tracking-sampled',
    title: 'half of the errors are reported',
    apply: trackingScript((code) => code.replace(STARTS, `${STARTS},sampleRate:.5`)),
  },
]);

function withProbe(id: CheckName, probe: Probe): { options: (options: ReadinessOptions) => ReadinessOptions } {
  return { options: (options) => ({ ...options, probe: { ...options.probe, [id]: probe } }) };
}

/** The two ways in which a team's own probe says no. */
function probeDefects(id: CheckName, name: string, what: string) {
  return defectsOf(id, [
    { name: `${name}-not-found`, title: `the probe finds no ${what}`, ...withProbe(id, () => undefined) },
    {
      name: `${name}-probe-fails`,
      title: `the service that knows of the ${what} refuses the probe`,
      ...withProbe(id, async () => {
        throw new Error('401 Unauthorized');
      }),
    },
  ]);
}

function probeVariants(id: CheckName, name: string, evidence: string) {
  return variantsOf(id, [
    { name: `${name}-found`, title: `the probe finds ${evidence}`, ...withProbe(id, async () => evidence) },
  ]);
}

export const authEvents = probeDefects('monitoring/auth-events', 'auth-events', 'record of sign-ins');
export const authEventVariants = probeVariants('monitoring/auth-events', 'auth-events', '12 sign-ins since noon');

export const webhookAlerts = probeDefects('monitoring/webhook-alerts', 'webhook-alerts', 'alert on webhooks');
export const webhookAlertVariants = probeVariants(
  'monitoring/webhook-alerts',
  'webhook-alerts',
  'an alert rule on failing deliveries',
);

export const uptime = probeDefects('monitoring/uptime', 'uptime', 'monitor');
export const uptimeVariants = probeVariants('monitoring/uptime', 'uptime', 'a monitor that asks every minute');
