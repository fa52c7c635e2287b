import { CLERK_DOCS } from '../../catalog/entry.ts';
import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { secretsIn, status } from '../../target/exchange.ts';
import type { SecretTrace } from '../../target/secrets.ts';
import { count, listed } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import { describeAnswers, firstUnreadable, publicAnswers, signedInAnswers } from './answers.ts';
import type { Answer, PublicAnswers } from './answers.ts';

/** Places of one secret that a message names. */
const MOST_NAMED = 3;

/** Evidence of exposure/secrets-in-client. */
export interface SecretsEvidence extends PublicAnswers {
  /** What the test user gets. */
  readonly signedIn?: readonly Answer[];
}

/** exposure/secrets-in-client; with a session also in what only the test user gets. */
export const secretsInClient = defineCheck<SecretsEvidence>({
  id: 'exposure/secrets-in-client',
  collect: async (context) => ({
    ...(await publicAnswers(context)),
    ...(context.signedIn && { signedIn: await signedInAnswers(context) }),
  }),
  judge({ answers, scripts, limits, signedIn = [] }, { identity }): Judgement {
    const all: readonly Answer[] = [
      ...answers,
      ...scripts.map(({ url, exchange }) => ({
        kind: 'script' as const,
        subject: placeOf(url, identity.origin),
        exchange,
      })),
    ];
    const leaks = leaksIn(all);
    const ofUser = [...leaksIn(signedIn)].filter(([secret]) => !leaks.has(secret));
    const findings = [...leaks.values()].map((leak) => leakFinding(leak, false));
    const furtherFindings = ofUser.map(([, leak]) => leakFinding(leak, true));
    const [first] = furtherFindings;
    const doubt =
      doubtAbout(all, limits.scripts) ??
      firstUnreadable(signedIn) ??
      (first && `${first.message}; attest the check if it is that user’s own, as on a dashboard for developers`);
    const kinds = (kind: Answer['kind']) =>
      new Set(all.filter((each) => each.kind === kind).map(({ subject }) => subject)).size;
    return {
      findings: [...findings, ...furtherFindings],
      summary: `${count(kinds('page'), 'page')}, ${count(kinds('script'), 'script')}, ${count(kinds('RSC payload'), 'RSC payload')} and ${count(kinds('API answer'), 'API answer')} hold no secret${signedIn.length > 0 ? `, nor do ${describeAnswers(signedIn)} for the test user` : ''}${limits.pages === undefined ? '' : ` (${limits.pages})`}`,
      ...(doubt !== undefined && { unverified: doubt }),
    };
  },
});

/** Path of a URL of the target, the whole URL elsewhere. */
export function placeOf(url: string, origin: string): string {
  return url.startsWith(`${origin}/`) ? url.slice(origin.length) : url;
}

function doubtAbout(all: readonly Answer[], limit: string | undefined): string | undefined {
  const unread = firstUnreadable(all);
  if (unread !== undefined) return unread;
  const down = all.find(({ kind, exchange }) => kind === 'script' && status(exchange) >= 500);
  if (down) return `${down.subject} answered ${status(down.exchange)} and was not read: run again when it is served`;
  if (!all.some(({ kind, exchange }) => kind === 'page' && status(exchange) === 200))
    return 'no page answered 200 to an anonymous visitor: name a public page in routes.public';
  return limit === undefined ? undefined : `${limit}: leave parts of the site out with routes.ignore`;
}

interface Leak {
  readonly trace: SecretTrace;
  readonly places: Answer[];
}

/** Each secret once, whatever the number of places. */
function leaksIn(all: readonly Answer[]): ReadonlyMap<string, Leak> {
  const leaks = new Map<string, Leak>();
  for (const answer of all) {
    for (const trace of secretsIn(answer.exchange)) {
      const key = JSON.stringify([trace.what, trace.shown, trace.form]);
      const leak = leaks.get(key) ?? { trace, places: [] };
      leaks.set(key, leak);
      if (!leak.places.some(({ subject, kind }) => subject === answer.subject && kind === answer.kind))
        leak.places.push(answer);
    }
  }
  return leaks;
}

function leakFinding({ trace, places }: Leak, signedIn: boolean): Finding {
  const [first] = places;
  const where = places.map(({ kind, subject }) => `the ${kind} ${subject}`);
  // A key that nobody declared may be the user's own.
  const mayBeOwn = signedIn && !trace.what.startsWith('the value of ');
  return (mayBeOwn ? warning : error)({
    subject: first?.subject ?? '',
    message: `${describeSecret(trace)} is in ${listed(where, MOST_NAMED)}${signedIn ? ' for the signed-in test user' : ''}`,
    expected: 'no secret in anything that is sent to a browser',
    ...(first?.kind === 'script'
      ? {
          cause:
            'The bundler put the value in: a variable with a public prefix (NEXT_PUBLIC_, VITE_, PUBLIC_, NUXT_PUBLIC_), or a module of the server imported by a client component.',
          fix: "Rename the variable without the public prefix, put import 'server-only' into the module that reads it, then rotate the secret: it must be taken as known.",
        }
      : {
          cause:
            'A value of the server was handed to the page: as a prop of a client component, in the data of a loader, or in an answer that spreads process.env or a configuration.',
          fix: 'Pass on only the fields that the browser needs, then rotate the secret: it must be taken as known.',
        }),
    docs: `${CLERK_DOCS}/guides/development/clerk-environment-variables`,
    ...(first && { exchange: first.exchange }),
  });
}

/** What was found, without its value. */
export function describeSecret({ what, form, shown, member }: SecretTrace): string {
  const written = form === 'plain' ? '' : `, ${form}`;
  return `${what} (${shown}${written}${member === undefined ? '' : `, assigned to ${member}`})`;
}
