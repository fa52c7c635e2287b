import { setTimeout } from 'node:timers/promises';
import { header, withHeader } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import type { ReadinessOptions } from '../../src/index.ts';
import { randomWebhookSecret } from '../clerk/keys.ts';
import { defectsOf, variantsOf } from './defect.ts';
import { all, at, by, changing, redirect, replaceJson, rewriting, signInUrl } from './tools.ts';

const delivery = all(at('/api/webhooks/clerk'), by('POST'));
const received = (response: DemoResponse): DemoResponse => replaceJson(response, 200, { received: true });
const refused = (response: DemoResponse): boolean => response.status === 400;
const signature = (request: DemoRequest): string => header(request, 'svix-signature') ?? '';

export const forgedSignature = defectsOf('webhook/forged-signature', [
  {
    name: 'webhook-unverified',
    title: 'every delivery is believed',
    apply: changing(delivery, received),
  },
  {
    name: 'webhook-200-on-failure',
    title: 'a forged delivery has no effect, but is answered with 200',
    apply: changing(delivery, (response) =>
      refused(response) ? replaceJson(response, 200, { received: false, error: 'invalid_signature' }) : response,
    ),
  },
  {
    name: 'webhook-500',
    title: 'the error of the verification is not caught: 500',
    apply: changing(delivery, (response) =>
      refused(response) ? replaceJson(response, 500, { error: 'internal_error' }) : response,
    ),
  },
  {
    name: 'webhook-any-signature',
    title: 'any signature header that is not empty is believed',
    apply: changing(delivery, (response, request) => (signature(request) === '' ? response : received(response))),
  },
  {
    name: 'webhook-optional-signature',
    title: 'deliveries without a signature header are believed, the others are verified',
    apply: changing(delivery, (response, request) =>
      header(request, 'svix-signature') === undefined ? received(response) : response,
    ),
  },
  {
    name: 'webhook-empty-signature',
    title: 'an empty signature verifies nothing, and is believed',
    apply: changing(delivery, (response, request) =>
      header(request, 'svix-signature') === '' ? received(response) : response,
    ),
  },
  {
    name: 'webhook-wrong-versions',
    title: 'signatures of unknown versions are skipped, and a list of only those is believed',
    apply: changing(delivery, (response, request) =>
      /^v(?!1,)\w+,/.test(signature(request)) ? received(response) : response,
    ),
  },
  {
    name: 'webhook-guarded',
    mayAlsoBreak: ['webhook/valid-delivery'],
    title: 'the middleware redirects deliveries to sign-in',
    apply: changing(delivery, (response, request, site) => redirect(response, signInUrl(request, site))),
  },
  {
    name: 'webhook-protect-404',
    mayAlsoBreak: ['webhook/valid-delivery'],
    title: 'auth.protect() in the middleware answers deliveries with 404',
    apply: async (request, next, site) =>
      next(delivery(request, site) ? { ...request, target: `/clerk_${Date.now()}` } : request),
  },
]);

/** Longer than anyone's own time, far shorter than Svix's 15 s. */
const SLOW_MS = 600;

const DAYS_2 = 2 * 24 * 60 * 60;

/** Seconds from now, negative for the past; 0 where it is within Svix's five minutes or so far off that it is no delivery. */
function staleness(request: DemoRequest): number {
  const offset = Number(header(request, 'svix-timestamp')) - Date.now() / 1000;
  return Math.abs(offset) > 300 && Math.abs(offset) < DAYS_2 ? offset : 0;
}

export const staleTimestamp = defectsOf('webhook/stale-timestamp', [
  {
    name: 'webhook-no-time-check',
    title: 'the handler computes the HMAC itself and looks at no clock',
    apply: changing(
      all(delivery, (request) => staleness(request) !== 0),
      received,
    ),
  },
  {
    name: 'webhook-old-accepted',
    title: 'only deliveries from the future are refused',
    apply: changing(
      all(delivery, (request) => staleness(request) < 0),
      received,
    ),
  },
  {
    name: 'webhook-future-accepted',
    title: 'only deliveries from the past are refused',
    apply: changing(
      all(delivery, (request) => staleness(request) > 0),
      received,
    ),
  },
  {
    name: 'webhook-stale-500',
    title: 'the error of the time check is not caught: 500',
    apply: changing(
      all(delivery, (request) => staleness(request) !== 0),
      (response) => replaceJson(response, 500, { error: 'internal_error' }),
    ),
  },
]);

const accepted = (response: DemoResponse): boolean => response.status === 200;

function withWebhook(
  options: ReadinessOptions,
  change: Partial<Exclude<ReadinessOptions['webhook'], false | undefined>>,
): ReadinessOptions {
  return options.webhook ? { ...options, webhook: { ...options.webhook, ...change } } : options;
}

/** A redirect in front of the app meets forged deliveries as well as genuine ones. */
const redirected = { mayAlsoBreak: ['webhook/forged-signature'] } as const;

export const validDelivery = defectsOf('webhook/valid-delivery', [
  {
    name: 'webhook-wrong-secret',
    title: 'the server verifies with the secret of another endpoint',
    mayAlsoBreak: ['environment/webhook-secret'],
    options: (options) => withWebhook(options, { secret: randomWebhookSecret() }),
  },
  {
    name: 'webhook-www',
    title: 'the host sends deliveries on from the apex to www: 308',
    ...redirected,
    apply: changing(delivery, (response, request, site) => {
      const www = new URL(request.target, site.url);
      www.hostname = 'www.fernwork.example';
      return redirect(response, www.href, 308);
    }),
  },
  {
    name: 'webhook-slash',
    title: 'the framework adds a slash to the path of the endpoint: 307',
    ...redirected,
    apply: changing(delivery, (response, request) => redirect(response, `${request.target}/`, 307)),
  },
  {
    name: 'webhook-last-signature',
    title: 'only the last signature of the header is verified',
    apply: rewriting(delivery, (request) =>
      withHeader(request, 'svix-signature', signature(request).split(' ').at(-1) ?? ''),
    ),
  },
  {
    name: 'webhook-unknown-type-500',
    title: 'the handler throws on event types that it does not know',
    apply: changing(delivery, (response) =>
      accepted(response) ? replaceJson(response, 500, { error: 'internal_error' }) : response,
    ),
  },
  {
    name: 'webhook-unknown-type-422',
    title: 'event types that the handler does not know are answered with 422',
    apply: changing(delivery, (response) =>
      accepted(response) ? replaceJson(response, 422, { error: 'unknown_event_type' }) : response,
    ),
  },
  {
    name: 'webhook-first-signature',
    title: 'only the first of several signatures is looked at, so no secret can be rotated',
    apply: changing(delivery, (response, request) =>
      accepted(response) && signature(request).includes(' ')
        ? replaceJson(response, 400, { error: 'invalid_signature' })
        : response,
    ),
  },
]);

/** Answers to deliveries that come again, each id remembered from its first answer on. */
function onDuplicate(change: (response: DemoResponse) => DemoResponse) {
  const seen = new Set<string>();
  return changing(delivery, (response, request) => {
    const id = header(request, 'svix-id') ?? '';
    if (!accepted(response)) return response;
    if (seen.has(id)) return change(response);
    seen.add(id);
    return response;
  });
}

/** What a database without a unique constraint would count: one row more each time it is asked, after each delivery. */
function rowsOfEveryAttempt(): (deliveryId: string) => number {
  const rows = new Map<string, number>();
  return (deliveryId) => {
    rows.set(deliveryId, (rows.get(deliveryId) ?? 0) + 1);
    return rows.get(deliveryId) ?? 0;
  };
}

export const replay = defectsOf('webhook/replay', [
  {
    name: 'webhook-duplicate-500',
    title: 'a duplicate breaks a unique constraint, and nobody catches that: 500',
    apply: onDuplicate((response) => replaceJson(response, 500, { error: 'internal_error' })),
  },
  {
    name: 'webhook-duplicate-409',
    title: 'a duplicate is recognised and refused with 409, so Clerk sends it again',
    apply: onDuplicate((response) => replaceJson(response, 409, { error: 'duplicate' })),
  },
  {
    name: 'webhook-twice',
    title: 'nothing remembers deliveries: a duplicate is processed again',
    options: (options) => withWebhook(options, { effects: rowsOfEveryAttempt() }),
  },
]);

export const webhookVariants = [
  ...variantsOf('webhook/valid-delivery', [
    {
      name: 'webhook-204',
      title: 'accepted deliveries are answered with 204 and no body',
      apply: changing(delivery, (response) =>
        accepted(response) ? { ...response, status: 204, body: Buffer.alloc(0) } : response,
      ),
    },
    {
      name: 'webhook-slow',
      title: 'the handler takes 600 ms for every delivery',
      apply: async (request, next, site) => {
        if (delivery(request, site)) await setTimeout(SLOW_MS);
        return next(request);
      },
    },
  ]),
  ...variantsOf('webhook/replay', [
    {
      name: 'webhook-duplicate-208',
      title: 'duplicates are answered with 208 Already Reported',
      apply: onDuplicate((response) => replaceJson(response, 208, { received: true, duplicate: true })),
    },
  ]),
];
