import { randomBytes } from 'node:crypto';
import type { Readiness } from '../../config/options.ts';
import type { Anonymous } from '../../target/anonymous.ts';
import { byClerk, leaveUnguarded } from '../../target/clerk.ts';
import { isSuccess, redirectTarget, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import type { Finding } from '../../result.ts';

/** The fix where a guard answers a delivery. */
export const UNGUARDED = leaveUnguarded('webhook');

/** What a signature is made for. */
export interface Message {
  readonly id: string;
  /** Seconds since the epoch, as text. */
  readonly timestamp: string;
  readonly payload: string;
}

/** What goes out: the headers that claim a delivery is genuine, and its body. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

/** Statuses by which a handler says that it refuses a delivery. */
export const REFUSALS: readonly number[] = [400, 401, 403];

/** A message with an event type and ids that cannot exist, so that it does no harm wherever it is believed. */
export function harmlessMessage(now: Date): Message {
  return {
    id: `msg_readiness_${randomBytes(9).toString('hex')}`,
    timestamp: String(Math.floor(now.getTime() / 1000)),
    payload: JSON.stringify({
      type: 'readiness.probe',
      object: 'event',
      timestamp: now.getTime(),
      data: { id: 'user_readiness_probe_does_not_exist', object: 'readiness_probe' },
    }),
  };
}

/** The signature that Svix makes: `v1,<base64>`. */
export async function sign(secret: string, { id, timestamp, payload }: Message): Promise<string> {
  // Svix's whole API client comes with it: loaded by the checks that sign, and by no other process of a run.
  const { Webhook } = await import('svix');
  return new Webhook(secret).sign(id, new Date(Number(timestamp) * 1000), payload);
}

/** A message on its way, with one signature or a list of them. */
export function signedDelivery({ id, timestamp, payload }: Message, signature: string): Delivery {
  return { headers: { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature }, payload };
}

/** A signing secret that no endpoint has. */
export function foreignSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

/** Sends a delivery as Svix does: POST, JSON, no redirect followed. */
export function deliver(anonymous: Anonymous, path: string, { headers, payload }: Delivery): Promise<Exchange> {
  return anonymous.post(path, { headers: { 'content-type': 'application/json', ...headers }, body: payload });
}

/** Sends a delivery that nothing is wrong with, unless a time is given that is long gone or to come. */
export async function deliverSigned(
  anonymous: Anonymous,
  path: string,
  secret: string,
  time = Date.now(),
): Promise<Exchange> {
  const message = harmlessMessage(new Date(time));
  return deliver(anonymous, path, signedDelivery(message, await sign(secret, message)));
}

/** True when the handler refused the delivery: any 4xx does that where a genuine one is accepted. */
export function isRefused(exchange: Exchange, genuine?: Exchange): boolean {
  const code = status(exchange);
  return REFUSALS.includes(code) || (genuine !== undefined && isDelivered(genuine) && code >= 400 && code < 500);
}

/** True for an answer that Svix takes for success: 2xx and nothing else. */
export function isDelivered(exchange: Exchange): boolean {
  return isSuccess(exchange);
}

/** A webhook of the options whose secret is given. */
type WebhookWithSecret = Exclude<Readiness['webhook'], false | undefined> & { readonly secret: string };

/**
 * The endpoint and its secret.
 * @throws Error when the check runs without the options that it needs.
 */
export function webhookOf({ webhook }: Readiness): WebhookWithSecret {
  if (!webhook || webhook.secret === undefined) throw new Error('webhook.path and webhook.secret are needed');
  return { ...webhook, secret: webhook.secret };
}

/** Why a delivery is redirected: by the hosting, the router or a guard. */
export function explainRedirect(exchange: Exchange): Pick<Finding, 'cause' | 'fix'> {
  const to = redirectTarget(exchange);
  const from = new URL(exchange.request.url);
  if (to && to.pathname === from.pathname) {
    return {
      cause: `The host sends every request on to another address of the same page (${to.origin}): apex to www, http to https. Svix does not follow redirects, so no delivery arrives.`,
      fix: `Register ${to.href} as the endpoint in the Clerk Dashboard, and point baseURL at ${to.origin}.`,
    };
  }
  if (to && to.pathname.replace(/\/$/, '') === from.pathname.replace(/\/$/, '')) {
    return {
      cause: 'The framework adds or removes the slash at the end with a redirect, and Svix does not follow redirects.',
      fix: `Register ${to.href} as the endpoint in the Clerk Dashboard, and give webhook.path as ${to.pathname}.`,
    };
  }
  return {
    cause: `A guard answers before the handler${byClerk(exchange)}: the webhook route is protected, and Svix does not follow redirects.`,
    fix: `${UNGUARDED}; the signature is its authentication.`,
  };
}
