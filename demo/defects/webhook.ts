import { header } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import { defectsOf } from './defect.ts';
import { all, at, by, changing, redirect, replaceJson, signInUrl } from './tools.ts';

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
    title: 'the middleware redirects deliveries to sign-in',
    apply: changing(delivery, (response, request, site) => redirect(response, signInUrl(request, site))),
  },
  {
    name: 'webhook-protect-404',
    title: 'auth.protect() in the middleware answers deliveries with 404',
    apply: async (request, next, site) =>
      next(delivery(request, site) ? { ...request, target: `/clerk_${Date.now()}` } : request),
  },
]);
