import { generate } from 'selfsigned';
import { Webhook } from 'svix';
import type { ReadinessOptions } from '../../src/index.ts';
import { publishableKey, randomId, randomSecretKey, randomText, randomWebhookSecret } from '../clerk/keys.ts';
import type { ClerkControl } from '../clerk/stand-in.ts';
import type { FurtherKey } from '../clerk/state.ts';
import { header, isHtml, mapHeader, mapText, pathOf, withHeader, without } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import type { Certificate } from '../net/certificate.ts';
import { defectsOf, variantsOf } from './defect.ts';
import type { Defect, Site } from './defect.ts';
import { all, always, at, by, changing, redirect, replaceHtml, replaceJson, signInUrl } from './tools.ts';

/** Replaces the publishable key in pages, and in the payloads that pages load later. */
function withKey(key: (site: Site) => string, where: (request: DemoRequest) => boolean = () => true) {
  return changing(where, (response: DemoResponse, _request, site) => {
    const carriesKey = isHtml(response) || (header(response, 'content-type')?.startsWith('text/x-component') ?? false);
    return carriesKey ? mapText(response, (text) => text.replaceAll(site.publishableKey, key(site))) : response;
  });
}

/** A page with another key than its Clerk's works no longer. */
const CLERK_IS_CONFUSED = ['session/expired-return'] as const;

export const publishableKeyLive = defectsOf('environment/publishable-key-live', [
  {
    name: 'key-test',
    title: 'the pages carry a development key, pk_test_',
    mayAlsoBreak: CLERK_IS_CONFUSED,
    apply: withKey((site) => publishableKey('test', site.frontendApi)),
  },
  {
    name: 'key-malformed',
    title: 'the key of /pricing was cut when it was copied: no $ at its end',
    apply: withKey(
      (site) => site.publishableKey.slice(0, -6),
      (request) => pathOf(request) === '/pricing',
    ),
  },
  {
    name: 'key-differs',
    title: '/pricing carries the key of another instance',
    apply: withKey(
      () => publishableKey('live', 'clerk.old.example'),
      (request) => pathOf(request) === '/pricing',
    ),
  },
  {
    name: 'key-test-on-one-page',
    title: '/pricing carries a development key',
    apply: withKey(
      (site) => publishableKey('test', site.frontendApi),
      (request) => pathOf(request) === '/pricing',
    ),
  },
]);

const REASON = 'x-clerk-auth-reason';
const OWN_KEY = 'token-invalid-signature';
const UNKNOWN_KEY = 'jwk-kid-mismatch';

/** Lets Clerk give another reason for a token, by the one that it gave. */
function reasons(changes: Readonly<Record<string, string>>) {
  return changing(always, (response) =>
    mapHeader(response, REASON, (given) =>
      given
        .split(', ')
        .map((reason) => changes[reason] ?? reason)
        .join(', '),
    ),
  );
}

/** A team that gives another secret key, which Clerk takes. */
function withSecretKey(key: FurtherKey): {
  clerk: (clerk: ClerkControl) => () => void;
  options: (options: ReadinessOptions) => ReadinessOptions;
} {
  return {
    clerk: (clerk) => clerk.acceptKey(key),
    options: (options) => ({ ...options, clerk: { ...options.clerk, secretKey: key.secretKey } }),
  };
}

export const secretKeyLive = defectsOf('environment/secret-key-live', [
  {
    name: 'secret-key-test',
    title: 'the secret key is an sk_test_ key beside a pk_live_ key',
    ...withSecretKey({ secretKey: randomSecretKey('test') }),
  },
  {
    name: 'secret-key-of-development',
    title: 'the secret key is that of an instance which Clerk calls a development instance',
    ...withSecretKey({ secretKey: randomSecretKey('live'), environmentType: 'development' }),
  },
  {
    name: 'secret-key-revoked',
    title: 'the server’s secret key was revoked',
    apply: reasons({ [OWN_KEY]: 'secret-key-invalid', [UNKNOWN_KEY]: 'secret-key-invalid' }),
  },
  {
    name: 'secret-key-unset',
    title: 'the server has no secret key',
    apply: reasons({ [OWN_KEY]: 'jwk-failed-to-resolve', [UNKNOWN_KEY]: 'jwk-failed-to-resolve' }),
  },
]);

/** The options of a team that looked at the server itself. */
function vouching(...checks: readonly string[]): NonNullable<Defect['options']> {
  const attestation = {
    evidence: 'the keys of the hosting environment were compared with the Clerk Dashboard',
    by: 'platform team',
    on: new Date().toISOString().slice(0, 10),
  };
  return (options) => ({
    ...options,
    attest: { ...options.attest, ...Object.fromEntries(checks.map((id) => [id, attestation])) },
  });
}

export const secretKeyVariants = variantsOf('environment/secret-key-live', [
  {
    name: 'jwt-key',
    title: 'the server verifies with CLERK_JWT_KEY, and the team vouches for it',
    options: vouching('environment/secret-key-live', 'environment/keys-same-instance'),
    apply: reasons({ [UNKNOWN_KEY]: OWN_KEY }),
  },
  {
    name: 'reasons-stripped',
    title: 'the CDN strips Clerk’s reasons, and the team vouches for the key',
    options: vouching('environment/secret-key-live'),
    apply: changing(always, (response) => without(response, REASON)),
  },
]);

export const keysSameInstance = defectsOf('environment/keys-same-instance', [
  {
    name: 'keys-of-two-instances',
    title: 'the server verifies with the secret key of another instance than that of the pages',
    clerk: (clerk) => clerk.disguise({ keyId: randomId('ins_') }),
  },
  {
    name: 'keys-unknown-to-server',
    title: 'the server knows no key of the pages’ instance',
    apply: reasons({ [OWN_KEY]: UNKNOWN_KEY }),
  },
  {
    name: 'keys-given-of-another',
    title: 'the secret key of the options is that of another live instance',
    ...withSecretKey({ secretKey: randomSecretKey('live'), keyId: randomId('ins_') }),
  },
]);

export const backendApi = defectsOf('environment/backend-api', [
  {
    name: 'backend-unreachable',
    title: 'the server cannot reach the Backend API any more, and lives on keys that it knows',
    apply: reasons({ [UNKNOWN_KEY]: 'unexpected-error' }),
  },
  {
    name: 'backend-unreachable-long',
    title: 'the Backend API gives the server no keys',
    apply: reasons({ [OWN_KEY]: 'jwk-remote-failed-to-load', [UNKNOWN_KEY]: 'jwk-remote-failed-to-load' }),
  },
  {
    name: 'backend-refuses-key',
    title: 'the secret key of the options was rotated: Clerk refuses it',
    options: (options) => ({ ...options, clerk: { ...options.clerk, secretKey: randomSecretKey('live') } }),
  },
]);

const delivery = all(at('/api/webhooks/clerk'), by('POST'));

function withWebhookSecret(options: ReadinessOptions, secret: string): ReadinessOptions {
  return options.webhook ? { ...options, webhook: { ...options.webhook, secret } } : options;
}

/** Whoever sends a genuine delivery sees that it is refused. */
const DELIVERIES_FAIL = ['webhook/valid-delivery'] as const;

export const webhookSecret = defectsOf('environment/webhook-secret', [
  {
    name: 'webhook-secret-cut',
    title: 'the signing secret was cut when it was copied',
    mayAlsoBreak: DELIVERIES_FAIL,
    options: (options) => withWebhookSecret(options, `whsec_${randomText(24)}`),
  },
  {
    name: 'webhook-secret-of-another',
    title: 'the signing secret is that of another endpoint',
    mayAlsoBreak: DELIVERIES_FAIL,
    options: (options) => withWebhookSecret(options, randomWebhookSecret()),
  },
  {
    name: 'webhook-secret-unset',
    title: 'the server has no signing secret: every delivery is refused',
    mayAlsoBreak: DELIVERIES_FAIL,
    apply: changing(delivery, (response) => replaceJson(response, 400, { error: 'invalid_signature' })),
  },
]);

/** Rotation: what the server still takes beside its own secret. */
const FORMER_SECRET = randomWebhookSecret();
let ownSecret: string | undefined;

/** A delivery signed with the former secret, signed anew with the server's own. */
function signedAnew(request: DemoRequest): DemoRequest {
  const [id, timestamp, signature] = ['svix-id', 'svix-timestamp', 'svix-signature'].map((name) =>
    header(request, name),
  );
  if (ownSecret === undefined || id === undefined || timestamp === undefined || signature === undefined) return request;
  const payload = request.body.toString();
  try {
    new Webhook(FORMER_SECRET).verify(payload, {
      'svix-id': id,
      'svix-timestamp': timestamp,
      'svix-signature': signature,
    });
  } catch {
    return request;
  }
  const own = new Webhook(ownSecret).sign(id, new Date(Number(timestamp) * 1000), payload);
  return withHeader(request, 'svix-signature', own);
}

export const webhookSecretVariants = variantsOf('environment/webhook-secret', [
  {
    name: 'webhook-secret-rotation',
    title: 'the secret is being rotated: the server takes the former one as well, and the team gives that',
    options: (options) => {
      ownSecret = options.webhook ? options.webhook.secret : undefined;
      return withWebhookSecret(options, FORMER_SECRET);
    },
    apply: (request, next, site) => next(delivery(request, site) ? signedAnew(request) : request),
  },
]);

const DAY_MS = 86_400_000;

/** A certificate whose renewal is overdue. */
const endingCertificate = await endingIn(5);

async function endingIn(days: number): Promise<Certificate> {
  const pems = await generate([{ name: 'commonName', value: 'clerk-readiness demo' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 85 * DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  return { key: pems.private, cert: pems.cert };
}

export const productionDomain = defectsOf('environment/production-domain', [
  {
    name: 'instance-test-mode',
    title: 'test mode is on in production: code 424242 signs in',
    clerk: (clerk) => clerk.disguise({ authConfig: { test_mode: true } }),
  },
  {
    name: 'instance-development',
    title: 'the Frontend API is that of a development instance',
    clerk: (clerk) => clerk.disguise({ displayConfig: { instance_environment_type: 'development' } }),
  },
  {
    name: 'certificate-ending',
    title: 'the certificate of the Frontend API ends in 5 days',
    clerk: (clerk) => clerk.showCertificate(endingCertificate),
  },
]);

const isProtectedPage = (request: DemoRequest): boolean => /^\/(?:dashboard|settings)(?:\/|$)/.test(pathOf(request));
const isTurnedAway = (response: DemoResponse): boolean => (header(response, 'location') ?? '').includes('/sign-in');

/** Where nobody can sign in, nobody is brought back either. */
const NOBODY_RETURNS = ['session/expired-return'] as const;

/** A page on which Clerk's component never appears. */
const spinner = (response: DemoResponse): DemoResponse =>
  replaceHtml(response, 200, 'Fernwork', '<main><div role="status" aria-busy="true">Loading…</div></main>');

/** Leaves no script on a page that could start Clerk. */
const withoutScripts = (response: DemoResponse): DemoResponse =>
  isHtml(response) ? mapText(response, (html) => html.replace(/<script\b[^>]*\bsrc=[^>]*><\/script>/g, '')) : response;

export const signInUrls = defectsOf('environment/sign-in-urls', [
  {
    name: 'sign-up-never-mounts',
    title: 'the sign-up page loads no script, so its form never appears',
    apply: changing(at('/sign-up'), withoutScripts),
  },
  {
    name: 'sign-in-portal',
    title: 'protected pages lead to the Account Portal, which nobody asked for',
    mayAlsoBreak: NOBODY_RETURNS,
    apply: changing(isProtectedPage, (response, request, site) =>
      isTurnedAway(response)
        ? redirect(response, signInUrl(request, site).replace(site.url, 'https://accounts.demo.example'))
        : response,
    ),
  },
  {
    name: 'sign-in-404',
    title: 'there is no page at /sign-in',
    // Protected pages end at an error page then.
    mayAlsoBreak: [...NOBODY_RETURNS, 'routes/protected-redirect'],
    apply: (request, next) => next(pathOf(request) === '/sign-in' ? { ...request, target: '/no-such-page' } : request),
  },
  {
    name: 'sign-up-404',
    title: 'there is no page at /sign-up',
    apply: (request, next) => next(pathOf(request) === '/sign-up' ? { ...request, target: '/no-such-page' } : request),
  },
  {
    name: 'sign-in-spinner',
    title: 'the sign-in page shows a spinner for ever',
    mayAlsoBreak: NOBODY_RETURNS,
    apply: changing(at('/sign-in'), (response) => (isHtml(response) ? spinner(response) : response)),
  },
]);

/** The language of the visitor; being the default one, it is taken off again. */
const LOCALE = '/en';

export const signInVariants = variantsOf('environment/sign-in-urls', [
  {
    name: 'sign-in-locale',
    title: 'protected pages lead to sign-in below a language, which leads on to the page without it',
    apply: async (request, next, site) => {
      const response = await next(request);
      if (request.target.startsWith(`${LOCALE}/`)) return redirect(response, request.target.slice(LOCALE.length));
      return isProtectedPage(request)
        ? mapHeader(response, 'location', (to) => to.replace(`${site.url}/sign-in`, `${site.url}${LOCALE}/sign-in`))
        : response;
    },
  },
]);
