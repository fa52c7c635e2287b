import { byClerk } from '../../target/clerk.ts';
import { describe, isRedirect, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import {
  deliver,
  explainRedirect,
  foreignSecret,
  harmlessMessage,
  isDelivered,
  isRefused,
  sign,
  signedDelivery,
  webhookOf,
} from './delivery.ts';

/** Milliseconds after which Svix gives a delivery up (https://docs.svix.com/retries). */
export const SVIX_PATIENCE_MS = 15_000;

const DEBUGGING_DOCS = 'https://clerk.com/docs/guides/development/webhooks/debugging';

export interface ValidDeliveryEvidence {
  /** Signed once, as always. */
  readonly plain: Exchange;
  /** A foreign signature and then the genuine one, as while a secret is rotated. */
  readonly rotated: Exchange;
  /** The genuine signature first. */
  readonly reversed: Exchange;
}

/** webhook/valid-delivery. */
export const validDelivery = defineCheck<ValidDeliveryEvidence>({
  id: 'webhook/valid-delivery',
  async collect({ target, readiness }) {
    const { path, secret } = webhookOf(readiness);
    const now = new Date();
    const send = async (...secrets: string[]) => {
      const message = harmlessMessage(now);
      const signatures = await Promise.all(secrets.map((each) => sign(each, message)));
      return deliver(target.anonymous, path, signedDelivery(message, signatures.join(' ')));
    };
    const foreign = foreignSecret();
    const [plain, rotated, reversed] = await Promise.all([send(secret), send(foreign, secret), send(secret, foreign)]);
    return { plain, rotated, reversed };
  },
  judge: ({ plain, ...lists }): Judgement => {
    const wrong = judgePlain(plain);
    return {
      // A list of signatures says something only where a single one is accepted.
      findings: wrong.length > 0 ? wrong : judgeLists(lists),
      summary: `a signed delivery of an unknown type is accepted with ${status(plain)} in ${plain.durationMs} ms, and so is one with two signatures in either order, as while a secret is rotated`,
    };
  },
});

const EXPECTED = `any 2xx within ${SVIX_PATIENCE_MS / 1000} s`;

function judgePlain(exchange: Exchange): Finding[] {
  const base = { subject: 'a genuine delivery', expected: EXPECTED, docs: DEBUGGING_DOCS, exchange };
  if (exchange.durationMs >= SVIX_PATIENCE_MS && (isDelivered(exchange) || exchange.error?.code === 'TIMEOUT')) {
    return [
      error({
        ...base,
        message: `no answer within ${SVIX_PATIENCE_MS / 1000} s, after which Svix counts the delivery as failed`,
        cause: 'The handler does its work (e-mails, calls to other services) before it answers.',
        fix: 'Answer as soon as the delivery is verified and stored, and do the work in a queue or (Next.js) with after().',
      }),
    ];
  }
  // Any other missing answer is an obstacle, which the engine reports.
  if (status(exchange) === 0 || isDelivered(exchange)) return [];
  return [error({ ...base, message: describe(exchange), ...explain(exchange) })];
}

function explain(exchange: Exchange): Pick<Finding, 'cause' | 'fix'> {
  const code = status(exchange);
  if (isRedirect(exchange)) return explainRedirect(exchange);
  if (isRefused(exchange)) {
    return {
      cause:
        'The server verifies with another secret than webhook.secret: that of another endpoint or instance (development, staging), a rotated one, or none because the variable has its old name: verifyWebhook() reads CLERK_WEBHOOK_SIGNING_SECRET and not CLERK_WEBHOOK_SECRET. A body parser that changes the body before the verification has the same effect, and so has a handler that refuses event types that it does not know.',
      fix: 'Answer 2xx to event types that you do not handle. Copy the signing secret of this endpoint from the Clerk Dashboard into CLERK_WEBHOOK_SIGNING_SECRET of this environment, and redeploy; verify the body as it was sent.',
    };
  }
  if (code === 404 || code === 405) {
    return {
      cause: `No handler takes POST here${byClerk(exchange)}: the path is wrong, the route takes no POST, or auth.protect() in the middleware hides it with 404.`,
      fix: 'Check webhook.path, let the route take POST, and leave it out of the guard.',
    };
  }
  if (code >= 500) {
    return {
      cause:
        'The handler throws: verifyWebhook(), because the signing secret of this environment is unset or another one and nothing catches it; code that expects members which an event of an unknown type does not have; or something behind it (the database).',
      fix: 'Read the error in the log of the server. Set CLERK_WEBHOOK_SIGNING_SECRET, and answer 2xx to event types that you do not handle.',
    };
  }
  return {
    cause: 'The handler refuses event types that it does not know; Clerk adds types, and every refusal is retried.',
    fix: 'Answer 2xx to event types that you do not handle.',
  };
}

function judgeLists({ rotated, reversed }: Omit<ValidDeliveryEvidence, 'plain'>): Finding[] {
  const refused = [rotated, reversed].filter((each) => status(each) !== 0 && !isDelivered(each));
  const [exchange] = refused;
  if (!exchange) return [];
  const compared =
    refused.length === 2
      ? 'header as a whole'
      : `${exchange === rotated ? 'first' : 'last'} signature of the header only`;
  return [
    error({
      subject: 'two signatures in one header',
      message: `a delivery with ${exchange === rotated ? 'a foreign and the genuine' : 'the genuine and a foreign'} signature is refused: ${describe(exchange)}`,
      expected: `${EXPECTED}: one of the signatures is right`,
      cause: `The handler compares the ${compared} (svix-signature). While a secret is rotated, Svix signs with the old one and the new one, so deliveries fail for a day.`,
      fix: 'Verify with verifyWebhook(), or accept a delivery when any of the space-separated signatures fits.',
      docs: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
      exchange,
    }),
  ];
}
