import { describe, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { error, undecided } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import { deliverSigned, foreignSecret, isDelivered, isRefused, webhookOf } from './delivery.ts';

const MINUTE = 60_000;

/** Distances from now that no endpoint may accept; Svix's own libraries stop at five minutes either way. */
const STALE: ReadonlyArray<readonly [name: string, offset: number]> = [
  ['10 minutes old', -10 * MINUTE],
  ['10 minutes ahead', 10 * MINUTE],
  ['a day old', -24 * 60 * MINUTE],
];

/** A delivery with the right signature and the wrong time, and its answer. */
interface StaleAnswer {
  readonly age: string;
  readonly exchange: Exchange;
}

export interface StaleTimestampEvidence {
  readonly answers: readonly StaleAnswer[];
  /** Negative control: a foreign signature, refused whatever its time. */
  readonly foreign: Exchange;
  /** Positive control, in mode `full` only because it is a delivery like any other: the right signature and the right time. */
  readonly fresh?: Exchange;
}

/** webhook/stale-timestamp. */
export const staleTimestamp = defineCheck<StaleTimestampEvidence>({
  id: 'webhook/stale-timestamp',
  async collect({ target, readiness }) {
    const { path, secret } = webhookOf(readiness);
    const now = Date.now();
    const send = (signer: string, offset = 0) => deliverSigned(target.anonymous, path, signer, now + offset);
    const [answers, foreign, fresh] = await Promise.all([
      Promise.all(STALE.map(async ([age, offset]) => ({ age, exchange: await send(secret, offset) }))),
      send(foreignSecret()),
      readiness.mode === 'full' ? send(secret) : undefined,
    ]);
    return { answers, foreign, ...(fresh && { fresh }) };
  },
  judge: ({ answers, foreign, fresh }): Judgement => {
    if (status(foreign) !== 0 && !isRefused(foreign, fresh))
      return undecided(
        `a delivery with a foreign signature is not refused either (${describe(foreign)}), so the age decides nothing: make webhook/forged-signature pass first`,
      );
    const findings = answers
      .filter(({ exchange }) => status(exchange) !== 0 && !isRefused(exchange, fresh))
      .map(judgeAnswer);
    const refused = `correctly signed deliveries refused: ${answers.map(({ age, exchange }) => `${age} with ${status(exchange)}`).join(', ')}`;
    if (findings.length > 0) return { findings, summary: '' };
    if (fresh === undefined)
      return undecided(
        `${answers.length} stale deliveries are refused, but an endpoint with another secret refuses them alike, and a fresh one as the control is a delivery like any other: set mode: 'full' to send it`,
      );
    if (!isDelivered(fresh))
      return undecided(
        `a fresh delivery is not accepted either (${describe(fresh)}), so nothing is known of the age: make webhook/valid-delivery pass first`,
      );
    return { findings, summary: `${refused}; a fresh one accepted with ${status(fresh)}` };
  },
});

function judgeAnswer({ age, exchange }: StaleAnswer): Finding {
  const base = {
    subject: age,
    expected: 'status 400, 401 or 403: the timestamp is more than five minutes from now',
    docs: 'https://docs.svix.com/receiving/verifying-payloads/why',
    exchange,
  };
  if (isDelivered(exchange)) {
    return error({
      ...base,
      message: `a delivery ${age} was accepted with ${status(exchange)}, its signature being genuine`,
      cause:
        'The handler computes the HMAC itself and never compares svix-timestamp with the clock, or looks in one direction only, or the clock of the server is wrong. @clerk/backend 2.0.0–2.3.x does not check it either (CVE-2025-53548).',
      fix: 'Verify with verifyWebhook() of a current @clerk/backend; in code of your own refuse what is more than 300 s from now, in both directions.',
    });
  }
  return error({
    ...base,
    message: describe(exchange),
    cause:
      'The handler fails on a delivery whose signature is right and whose time is not: the error of the time check is not caught. Clerk (Svix) sends it again for 28 hours.',
    fix: 'Catch every error of verifyWebhook() and answer 400.',
  });
}
