import { setTimeout as delay } from 'node:timers/promises';
import { describe, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { error, undecided } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { count } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import { deliver, harmlessMessage, isDelivered, sign, signedDelivery, webhookOf } from './delivery.ts';

const RETRY_DOCS = 'https://docs.svix.com/retries';

/** Milliseconds within which an effect must show, as behind a queue, and between two looks. */
const EFFECT = { within: 5000, every: 100 } as const;

/** What the probe of the options counted, or why it could not. */
export type Effects = { readonly first: number; readonly both: number } | { readonly failed: string };

export interface ReplayEvidence {
  readonly first: Exchange;
  /** The same delivery once more. */
  readonly second: Exchange;
  /** Undefined where the options have no probe. */
  readonly effects?: Effects;
}

/** webhook/replay. */
export const replay = defineCheck<ReplayEvidence>({
  id: 'webhook/replay',
  async collect({ target, readiness }) {
    const { path, secret, effects } = webhookOf(readiness);
    const message = harmlessMessage(new Date());
    const delivery = signedDelivery(message, await sign(secret, message));
    const send = () => deliver(target.anonymous, path, delivery);
    const first = await send();
    if (!effects) return { first, second: await send() };
    let second: Exchange | undefined;
    try {
      const sent = performance.now();
      let once = await effects(message.id);
      const atOnce = once > 0 || !isDelivered(first);
      const end = atOnce ? sent : sent + EFFECT.within;
      while (once === 0 && performance.now() < end) {
        await delay(EFFECT.every);
        once = await effects(message.id);
      }
      const took = performance.now() - sent;
      second = await send();
      // The second effect may come as late as the first one did.
      if (!atOnce) await delay(2 * took);
      return { first, second, effects: { first: once, both: await effects(message.id) } };
    } catch (reason) {
      const failed = reason instanceof Error ? reason.message : String(reason);
      return { first, second: second ?? (await send()), effects: { failed } };
    }
  },
  judge: ({ first, second, effects }): Judgement => {
    if (!isDelivered(first))
      return undecided(
        `the first delivery was not accepted (${describe(first)}): make webhook/valid-delivery pass first`,
      );
    if (status(second) !== 0 && !isDelivered(second)) return { findings: [refusedDuplicate(second)], summary: '' };
    const answers = `the same delivery twice is answered with ${status(first)} and ${status(second)}`;
    if (effects === undefined)
      return undecided(`${answers}; how often it took effect is not known: set webhook.effects to have it counted`);
    if ('failed' in effects) return undecided(`${answers}; webhook.effects failed: ${effects.failed}`);
    if (effects.first === 0)
      return undecided(
        `${answers}; webhook.effects counts none within ${EFFECT.within / 1000} s: let it count something that every delivery leaves behind, whatever its type, as the row with its svix-id`,
      );
    return effects.both === 1
      ? { findings: [], summary: `${answers}, and takes effect once` }
      : { findings: [processedTwice(effects.first, effects.both, second)], summary: '' };
  },
});

function refusedDuplicate(second: Exchange): Finding {
  return error({
    subject: 'a delivery that comes again',
    message: `accepted the first time, and the second time ${describe(second)}`,
    expected: 'any 2xx, and nothing done again',
    cause:
      status(second) >= 500
        ? 'The handler stores the delivery or its user under a unique constraint and does not catch the error of the duplicate. Clerk (Svix) takes 5xx for a failure, sends it again for 28 hours, and disables an endpoint that keeps failing.'
        : 'The handler recognises the duplicate and refuses it. Clerk (Svix) takes everything but 2xx for a failure and sends it again for 28 hours.',
    fix: 'Answer 2xx to a delivery that was handled before: INSERT … ON CONFLICT DO NOTHING on svix-id, then return.',
    docs: RETRY_DOCS,
    exchange: second,
  });
}

function processedTwice(first: number, both: number, second: Exchange): Finding {
  return error({
    subject: 'a delivery that comes again',
    message: `webhook.effects counts ${count(first, 'effect')} after the first delivery and ${both} after the second`,
    expected: 'one effect, however often the delivery comes',
    cause:
      'Nothing remembers the svix-id of deliveries that were handled, or it is remembered in the memory of one of several instances. Clerk (Svix) sends a delivery again whenever an answer is lost.',
    fix: 'Store the svix-id under a unique constraint in the transaction of the effect, and do nothing when it is there.',
    docs: RETRY_DOCS,
    exchange: second,
  });
}
