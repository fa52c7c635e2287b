import { inapplicable } from '../../result.ts';
import type { Judgement } from '../../result.ts';
import { isSuccess } from '../../target/exchange.ts';
import { defineCheck } from '../../verify.ts';
import { isHandshake, OriginProbe } from './probe.ts';
import { judgeGrants, judgeVary } from './untrusted-findings.ts';
import { answerTo, declaredOrigins, FEW, originsFor, THOROUGH_PATHS } from './untrusted-origin.ts';
import type { OriginAnswer, ProbedPath } from './untrusted-origin.ts';

/** What the test user gets, with a session and from another origin. */
export interface SignedInOriginEvidence {
  /** Undefined where there is no test user. */
  readonly answers?: readonly OriginAnswer[];
}

/**
 * cors/untrusted-origin for what a session gets: a guard that comes first leaves the refusal without the headers that the
 * handler behind it sends. One GET from each origin for each of the first 12 API paths and the first page; at most 354 requests.
 */
export const untrustedOriginSignedIn = defineCheck<SignedInOriginEvidence>({
  id: 'cors/untrusted-origin',
  part: { methods: ['signed-in'] },
  async collect({ identity, readiness, signedIn }) {
    if (!signedIn) return {};
    const { trusted, hostile } = originsFor(identity, readiness);
    const probe = new OriginProbe(signedIn, identity.origin);
    const paths: ProbedPath[] = [
      ...(readiness.api || [])
        .filter(({ methods }) => methods.includes('GET'))
        .slice(0, THOROUGH_PATHS)
        .map(({ path }) => ({ path, kind: 'api' as const })),
      ...(readiness.routes.protected || []).slice(0, 1).map(({ path }) => ({ path, kind: 'protected' as const })),
    ];
    const answers = paths.flatMap((probed) => {
      const strangers = probed.kind === 'api' ? hostile.all : hostile.own.slice(0, FEW);
      return [
        ...strangers.map((each) => answerTo(probe, probed, each.origin, each)),
        ...trusted.map((origin) => answerTo(probe, probed, origin)),
      ];
    });
    return { answers: await Promise.all(answers) };
  },
  judge: ({ answers }, { readiness, identity }): Judgement => {
    if (!answers) return inapplicable('no test user is set (session.user), so no answer to a session was looked at');
    const own = answers.filter(({ exchange }) => !isHandshake(exchange));
    const got = [...new Set(own.flatMap(({ path, exchange }) => (isSuccess(exchange) ? [path] : [])))];
    const findings = [
      ...judgeGrants(own, [identity.origin, ...declaredOrigins(readiness)], readiness),
      ...judgeVary(own),
    ];
    if (findings.length === 0 && got.length === 0)
      return inapplicable(
        'the test user gets no declared API by GET and no protected page, so there is no answer to protect',
      );
    return {
      findings,
      summary: `nor do the answers that the test user gets (${got.join(', ')}) give one to a foreign origin`,
    };
  },
});
