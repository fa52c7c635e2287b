import type { CheckId } from '../../catalog.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import type { Check, CheckContext } from '../../verify.ts';

/** Milliseconds that a probe of the options may take: it asks other services, which may be slow or down. */
const PROBE_MS = 30_000;

/** Characters of a probe's sentence that are kept. */
const MAX_SENTENCE = 300;

/** What the team's own probe said; undefined when the options give none. */
export type ProbeAnswer =
  | { readonly found: string }
  | { readonly nothing: true }
  /** Its own words, redacted. */
  | { readonly failure: string }
  | undefined;

/** What the three rows say that differs. */
interface Row {
  readonly id: CheckId;
  /** What the evidence is about, as in `a probe for …`. */
  readonly what: string;
  readonly expected: string;
  readonly cause: string;
  readonly fix: string;
  readonly docs: string;
}

export const authEvents = evidenceCheck({
  id: 'monitoring/auth-events',
  what: 'a record of sign-ins',
  expected: 'sign-ins and sign-outs in a log that somebody can search',
  cause:
    'Events are not collected: no webhook for session.created and session.removed, or the log store drops them, or the probe looks in the wrong place.',
  fix: 'Subscribe a webhook to session.* and user.* and write each event to the log store, or link the application logs of the Clerk Dashboard.',
  docs: 'https://clerk.com/docs/guides/development/webhooks/overview',
});

export const webhookAlerts = evidenceCheck({
  id: 'monitoring/webhook-alerts',
  what: 'an alert on failing webhooks',
  expected: 'an alert that reaches a person when deliveries fail',
  cause:
    'Nobody is told when deliveries fail: Svix retries for about a day and then gives up, while users and database drift apart.',
  fix: 'Alert on 4xx and 5xx of the webhook route, in the log store or the error tracker; Clerk only lists failed attempts, under Webhooks in its Dashboard.',
  docs: 'https://clerk.com/docs/guides/development/webhooks/overview',
});

export const uptime = evidenceCheck({
  id: 'monitoring/uptime',
  what: 'an uptime monitor',
  expected: 'a monitor outside the deployment that asks the health endpoint every few minutes and alerts a person',
  cause: 'No monitor watches this address, it is paused, or it watches another one.',
  fix: 'Point a monitor at the health endpoint and at the sign-in page, and subscribe it to status.clerk.com.',
  docs: 'https://clerk.com/docs/guides/development/deployment/production',
});

/** A check of what cannot be seen from outside: the team's probe finds it, or people attest it (`src/settle.ts`). */
function evidenceCheck(row: Row): Check<ProbeAnswer> {
  return defineCheck<ProbeAnswer>({
    id: row.id,
    collect: (context) => askProbe(row.id, context),
    judge: (answer): Judgement => ({
      findings: judgeAnswer(row, answer),
      summary: answer && 'found' in answer ? `the probe found ${row.what}: ${answer.found}` : '',
      ...(answer === undefined && {
        unverified: `${row.what} cannot be seen from outside: attest it (attest: { '${row.id}': { evidence, by, on } }) or find it yourself (probe: { '${row.id}': … })`,
      }),
    }),
  });
}

async function askProbe(id: CheckId, { readiness, identity, target }: CheckContext): Promise<ProbeAnswer> {
  const probe = readiness.probe[id];
  if (!probe) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PROBE_MS / 1000} s`)), PROBE_MS);
  });
  const clean = (words: string): string =>
    target.redactor.text(words).replace(/\s+/g, ' ').trim().slice(0, MAX_SENTENCE);
  try {
    // The worker began before anything that this run did.
    const asked = Promise.resolve(probe({ baseURL: identity.origin, since: new Date(performance.timeOrigin) }));
    const found = clean((await Promise.race([asked, late])) ?? '');
    return found === '' ? { nothing: true } : { found };
  } catch (failure) {
    return { failure: clean(failure instanceof Error ? failure.message : String(failure)) };
  } finally {
    clearTimeout(timer);
  }
}

function judgeAnswer({ id, expected, cause, fix, docs, what }: Row, answer: ProbeAnswer): Finding[] {
  if (answer === undefined || 'found' in answer) return [];
  const base = { subject: `probe['${id}']`, expected, docs };
  if ('nothing' in answer)
    return [error({ ...base, message: `the probe found nothing that shows ${what}`, cause, fix })];
  return [
    error({
      ...base,
      message: `the probe failed: ${answer.failure || 'no message'}`,
      cause: 'The service that the probe asks is down or refuses its credentials, or the probe has a mistake.',
      fix: `Run the function of probe['${id}'] by itself. It returns one sentence or a link when there is evidence, and undefined when there is none.`,
    }),
  ];
}
