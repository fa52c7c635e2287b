import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { withHeader, without } from '../front/message.ts';
import { randomSecretKey } from '../clerk/keys.ts';
import { defectsOf } from './defect.ts';
import { all, at, by, changing, redirect, replaceHtml, replaceJson, signInUrl } from './tools.ts';

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
