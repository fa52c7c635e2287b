import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { describe, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext } from '../../verify.ts';
import {
  deliver,
  foreignSecret,
  harmlessMessage,
  isDelivered,
  isRefused,
  sign,
  signedDelivery,
  webhookOf,
} from '../webhook/delivery.ts';

const DOCS = 'https://clerk.com/docs/guides/development/webhooks/syncing';

/** Bytes of the key in a signing secret; Svix makes 24, and fewer are the rest of a longer one. */
const MIN_KEY_BYTES = 24;

/** environment/webhook-secret: what the given secret looks like. */
export const webhookSecretForm = defineCheck<null>({
  id: 'environment/webhook-secret',
  part: { methods: ['http'] },
  collect: () => Promise.resolve(null),
  judge(_evidence, { readiness }): Judgement {
    const secret = (readiness.webhook && readiness.webhook.secret) || '';
    return {
      findings: judgeForm(secret),
      summary: `the signing secret is whsec_ and the base64 of ${keyBytes(secret)} bytes`,
    };
  },
});

/** A genuine delivery, and one signed with another key. */
export interface SecretDeliveries {
  readonly genuine: Exchange;
  /** Positive control: where this one is believed too, the secret plays no part. */
  readonly foreign: Exchange;
}

/** environment/webhook-secret: whether the endpoint takes what the given secret signed. */
export const webhookSecretTaken = defineCheck<SecretDeliveries>({
  id: 'environment/webhook-secret',
  part: { methods: ['writes'] },
  async collect({ target, readiness }: CheckContext) {
    const { path, secret } = webhookOf(readiness);
    const message = harmlessMessage(new Date());
    const send = async (signer: string) =>
      deliver(target.anonymous, path, signedDelivery(message, await sign(signer, message)));
    const [genuine, foreign] = await Promise.all([send(secret), send(foreignSecret())]);
    return { genuine, foreign };
  },
  judge(deliveries): Judgement {
    const { genuine, foreign } = deliveries;
    const unset = status(genuine) >= 500 && status(foreign) === status(genuine);
    const findings = isRefused(genuine) || unset ? [refused(genuine)] : [];
    const unverified = doubt(deliveries);
    return {
      findings,
      summary: `a harmless delivery signed with webhook.secret is answered ${status(genuine)}, one signed with another key ${status(foreign)}`,
      ...(unverified !== undefined && { unverified }),
    };
  },
});

function keyBytes(secret: string): number {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64').length;
}

function judgeForm(secret: string): Finding[] {
  const bytes = keyBytes(secret);
  if (bytes >= MIN_KEY_BYTES) return [];
  return [
    error({
      subject: 'webhook.secret',
      message: `the signing secret holds a key of ${bytes} bytes`,
      expected: `whsec_ and the base64 of ${MIN_KEY_BYTES} bytes or more`,
      cause: 'The secret was cut when it was copied.',
      fix: 'Copy the signing secret of the endpoint again from Webhooks in the Clerk Dashboard, into CLERK_WEBHOOK_SIGNING_SECRET in the hosting environment and into webhook.secret.',
      docs: DOCS,
    }),
  ];
}

function refused(genuine: Exchange): Finding {
  return error({
    subject: 'webhook.secret',
    message: `the endpoint refuses a delivery that is signed with webhook.secret: ${describe(genuine)}`,
    expected: 'status 2xx, as for a delivery from Clerk of a type that the app does not know',
    cause:
      'The server has no signing secret or that of another endpoint: the variable is unset (verifyWebhook() reads CLERK_WEBHOOK_SIGNING_SECRET, not the former CLERK_WEBHOOK_SECRET), was copied from the endpoint of another environment, or was rotated without a new deployment.',
    fix: 'Copy the signing secret of this very endpoint from Webhooks in the Clerk Dashboard into CLERK_WEBHOOK_SIGNING_SECRET and redeploy, or correct webhook.secret.',
    docs: DOCS,
    exchange: genuine,
  });
}

function doubt({ genuine, foreign }: SecretDeliveries): string | undefined {
  if (!isDelivered(genuine))
    return `${describe(genuine)}, which says nothing about the secret: see webhook/valid-delivery`;
  return isDelivered(foreign)
    ? 'the endpoint believes a delivery signed with another key as well, so the secret plays no part: see webhook/forged-signature'
    : undefined;
}
