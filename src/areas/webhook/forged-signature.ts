import { byClerk } from '../../target/clerk.ts';
import { createHmac, randomBytes } from 'node:crypto';
import { body, describe, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { error, undecided } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext } from '../../verify.ts';
import {
  deliver,
  deliverSigned,
  explainRedirect,
  foreignSecret,
  harmlessMessage,
  isDelivered,
  isRefused,
  sign,
  signedDelivery,
  UNGUARDED,
} from './delivery.ts';
import type { Delivery, Message } from './delivery.ts';

/** One way to forge a delivery. */
export interface Forgery extends Delivery {
  readonly name: string;
}

const EMPTY_BODY = 'empty body';

/** Least number of forgeries; fewer would be a mistake in this file. */
const MIN_FORGERIES = 18;

/**
 * Deliveries that a correct endpoint refuses. All carry an event type and ids that cannot exist,
 * so that a broken endpoint does no harm.
 * @param secret the endpoint's own signing secret; adds forgeries that bend a genuine signature
 */
export async function forgeries(secret: string | undefined, now: Date = new Date()): Promise<Forgery[]> {
  const message = harmlessMessage(now);
  const { id, timestamp, payload } = message;
  const foreign = await sign(foreignSecret(), message);
  const foreignKey = randomBytes(24);
  const signed = (signature: string, over: Partial<Message> = {}) =>
    signedDelivery({ ...message, ...over }, signature).headers;
  const hmac = (text: string, encoding: 'base64' | 'hex' = 'base64') =>
    createHmac('sha256', foreignKey).update(text).digest(encoding);
  const text = `${id}.${timestamp}.${payload}`;
  const cases: Array<readonly [name: string, headers: Readonly<Record<string, string>>, sent?: string]> = [
    ['no signature headers', {}],
    ['no svix-signature', { 'svix-id': id, 'svix-timestamp': timestamp }],
    ['no svix-id', { 'svix-timestamp': timestamp, 'svix-signature': foreign }],
    ['no svix-timestamp', { 'svix-id': id, 'svix-signature': foreign }],
    ['empty signature', signed('')],
    ['version without signature', signed('v1,')],
    ['garbage signature', signed('v1,AAAA')],
    ['zeroes of the right length', signed(`v1,${Buffer.alloc(32).toString('base64')}`)],
    ['signed with another key', signed(foreign)],
    ['signed with an empty key', signed(`v1,${createHmac('sha256', '').update(text).digest('base64')}`)],
    ['signed body without id and timestamp', signed(`v1,${hmac(payload)}`)],
    ['hexadecimal digest', signed(`v1,${hmac(text, 'hex')}`)],
    ['signature without its version', signed(hmac(text))],
    ['unknown version v2', signed(`v2,${hmac(text)}`)],
    ['asymmetric version v1a', signed(`v1a,${hmac(text)}`)],
    ['list of two foreign signatures', signed(`v1,${hmac(text)} v1,${hmac(`${text} `)}`)],
    ['timestamp that is no number', signed(`v1,${hmac(`${id}.abc.${payload}`)}`, { timestamp: 'abc' })],
    ['timestamp of another century', signed(`v1,${hmac(`${id}.0.${payload}`)}`, { timestamp: '0' })],
    [
      'standard webhook-* headers, foreign key',
      { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': foreign },
    ],
    [EMPTY_BODY, signed(foreign), ''],
    ...(secret === undefined ? [] : bentSignatures(message, await sign(secret, message), signed)),
  ];
  return cases.map(([name, headers, sent]) => ({ name, headers, payload: sent ?? payload }));
}

/** A genuine signature on anything but what it was made for. */
function bentSignatures(
  message: Message,
  genuine: string,
  signed: (signature: string, over?: Partial<Message>) => Readonly<Record<string, string>>,
): Array<readonly [name: string, headers: Readonly<Record<string, string>>, sent?: string]> {
  return [
    ['genuine signature, other body', signed(genuine), message.payload.replace('probe', 'other')],
    // Not white space: frameworks that verify the parsed body, as @clerk/fastify, rightly do not see it.
    ['genuine signature, one member more', signed(genuine), message.payload.replace(/}$/, ',"more":1}')],
    ['genuine signature, other id', signed(genuine, { id: `${message.id}x` })],
    ['genuine signature relabelled v2', signed(genuine.replace('v1,', 'v2,'))],
    ['genuine signature cut short', signed(genuine.slice(0, -4))],
  ];
}

/** A forgery and what the endpoint answered. */
interface ForgeryAnswer {
  readonly forgery: string;
  readonly exchange: Exchange;
}

/** What the endpoint and a path beside it answered. */
export interface ForgedSignatureEvidence {
  readonly answers: readonly ForgeryAnswer[];
  /** Positive control: the same delivery to a path beside that does not exist, which no handler takes. */
  readonly beside: Exchange;
  /** Positive control: the path fetched with GET, which a guard refuses alike and a handler of deliveries does not take. */
  readonly fetched: Exchange;
  /** Positive control: the same delivery far from any handler, where a guard against forged forms refuses it alike. */
  readonly elsewhere: Exchange;
  /** Positive control, in mode `full` with a secret only because it is a delivery like any other: a genuine signature. */
  readonly genuine?: Exchange;
}

/** webhook/forged-signature. */
export const forgedSignature = defineCheck<ForgedSignatureEvidence>({
  id: 'webhook/forged-signature',
  async collect({ target, readiness }: CheckContext) {
    if (!readiness.webhook) throw new Error('webhook.path is needed');
    const { path, secret } = readiness.webhook;
    const all = await forgeries(secret);
    const [answers, beside, fetched, elsewhere, genuine] = await Promise.all([
      Promise.all(
        all.map(async (forgery) => ({
          forgery: forgery.name,
          exchange: await deliver(target.anonymous, path, forgery),
        })),
      ),
      // A sibling, because some servers give everything below a path to its handler.
      deliver(target.anonymous, path.replace(/[^/]*\/?$/, target.unknownSegment), all[0] as Forgery),
      target.anonymous.get(path, { as: 'api' }),
      deliver(target.anonymous, target.unknownPath, all[0] as Forgery),
      secret !== undefined && readiness.mode === 'full' ? deliverSigned(target.anonymous, path, secret) : undefined,
    ]);
    return { answers, beside, fetched, elsewhere, ...(genuine && { genuine }) };
  },
  judge: ({ answers, beside, fetched, elsewhere, genuine }): Judgement => {
    if (answers.length < MIN_FORGERIES) throw new Error(`only ${answers.length} forgeries were built`);
    // No answer at all is an obstacle, which the engine reports.
    const wrong = answers.filter((answer) => status(answer.exchange) !== 0 && !isHandled(answer, genuine));
    const [first] = answers;
    const isAlike = (control: Exchange) => first !== undefined && isSameAnswer(first.exchange, control);
    const isPosted = status(elsewhere) === 403 && isAlike(elsewhere);
    const isGuarded = isAlike(beside) && (isAlike(fetched) || isPosted) && !(genuine && isDelivered(genuine));
    if (wrong.length === 0 && first && isGuarded) return guardedAway(first, beside, genuine);
    if (wrong.length > 0 && !genuine && wrong.every(({ exchange }) => status(exchange) === 422))
      return undecided(`forgeries are refused with 422, as by a schema that looks at no signature; ${CONTROL}`);
    return {
      findings: wrong.map(judgeAnswer),
      summary: `${answers.length} forgeries refused with ${[...new Set(answers.map(({ exchange }) => status(exchange)))].join(', ')} by the handler`,
    };
  },
});

/** A body that is empty, or a header that is missing, is refused before any signature is looked at, as by a schema. */
function isHandled({ forgery, exchange }: ForgeryAnswer, genuine: Exchange | undefined): boolean {
  const early = forgery === EMPTY_BODY ? [411, 415, 422] : /^(no|standard) /.test(forgery) ? [422] : [];
  return isRefused(exchange, genuine) || early.includes(status(exchange));
}

const CONTROL = "set webhook.secret and mode: 'full', so that a genuine delivery shows whether the handler is reached";

const EXPECTED = 'status 400, 401 or 403 from the webhook handler';

function judgeAnswer({ forgery, exchange }: ForgeryAnswer): Finding {
  const code = status(exchange);
  const base = { subject: forgery, message: describe(exchange), expected: EXPECTED, exchange };
  if (isDelivered(exchange)) {
    return error({
      ...base,
      message: `the forged delivery was accepted with ${code}`,
      cause:
        'The handler does not verify the signature, verifies only some of it, or answers 200 after a failed verification. @clerk/backend 2.0.0–2.3.x accepts every forgery (CVE-2025-53548).',
      fix: 'Call verifyWebhook(request) first, return 400 when it throws, and update @clerk/backend to 2.4.0 or later.',
      docs: 'https://clerk.com/docs/guides/development/webhooks/syncing',
    });
  }
  if (code >= 300 && code < 400) return error({ ...base, ...explainRedirect(exchange) });
  if (code === 404 || code === 405) {
    return error({
      ...base,
      cause: `No handler takes POST here${byClerk(exchange)}: the path is wrong, the route takes no POST, or auth.protect() in the middleware hides it with 404.`,
      fix: 'Check webhook.path, let the route take POST, and leave it out of the guard.',
    });
  }
  if (code >= 500) {
    return error({
      ...base,
      cause:
        'verifyWebhook() throws on a bad signature and nothing catches it, or the signing secret is not set in this environment. Clerk (Svix) sends it again for 28 hours.',
      fix: 'Catch the error and answer 400; set CLERK_WEBHOOK_SIGNING_SECRET in the hosting environment and redeploy.',
    });
  }
  return error({
    ...base,
    cause: 'The endpoint answers a forged delivery with an unusual status.',
    fix: 'Answer 400 when verification fails.',
  });
}

/** Every path and method is answered alike, so it may not have been the handler that refused. */
function guardedAway({ forgery, exchange }: ForgeryAnswer, beside: Exchange, genuine: Exchange | undefined): Judgement {
  const code = status(exchange);
  const alike = `the webhook path and paths that do not exist all answer ${code} alike, so`;
  if (code !== 401)
    return undecided(
      `${alike} something in front of the handler answered (an address allow-list, a firewall, a guard against forged forms, a catch-all); run from an allowed address, leave the path out of that guard, or correct webhook.path`,
    );
  if (!genuine || status(genuine) === 0)
    return undecided(`${alike} a guard in front of the handler may have answered; ${CONTROL}`);
  return {
    findings: [
      error({
        subject: forgery,
        message: `${describe(exchange)}, as the path beside it that does not exist`,
        expected: `${EXPECTED}, and another answer for ${beside.request.url}`,
        cause: `A guard in front of every path${byClerk(exchange)} refuses the delivery before the handler sees it, so genuine deliveries from Clerk are refused too.`,
        fix: `${UNGUARDED}; the signature is its authentication.`,
        exchange,
      }),
    ],
    summary: '',
  };
}

function isSameAnswer(a: Exchange, b: Exchange): boolean {
  return status(a) === status(b) && shapeOf(a) === shapeOf(b);
}

/** A body without what a guard echoes or numbers: the path, the method, and each word with a digit (times, ids). */
function shapeOf({ request, ...answer }: Exchange): string {
  const { pathname } = new URL(request.url);
  const text = body({ request, ...answer }).replaceAll(pathname, '');
  return text.replaceAll(new RegExp(`\\b${request.method}\\b|[\\w.:+-]*\\d[\\w.:+-]*`, 'g'), '');
}
