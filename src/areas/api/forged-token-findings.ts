import { error, warning } from '../../result.ts';
import type { Finding } from '../../result.ts';
import { body, describe, isSuccess, status } from '../../target/exchange.ts';
import { explainSdkFaults, isExplainedBySdk } from '../../target/sdk-fault.ts';
import { count, listed } from '../../text.ts';
import type { ForgedAnswer, Trial } from './forged-token.ts';
import { isAnswerToUser, reason } from './routes.ts';

const DOCS = 'https://clerk.com/docs/guides/sessions/manual-jwt-verification';

/** Names of forgeries that a message lists; the rest is counted. */
const MOST_NAMED = 4;

/** The plainest forgery, whose acceptance explains that of nearly all others. */
const PLAINEST = 'foreign key';

/** Findings of one route: what it accepts, and what makes it fail. */
export function judgeTrial(trial: Trial): Finding[] {
  const accepted = trial.answers.filter((answer) => isAccepted(answer, trial));
  const crashed = trial.answers.filter(isCrashed);
  return [...judgeAccepted(trial, accepted), ...judgeCrashed(trial, crashed)];
}

/** 2xx, or just what the test user gets and nobody else, as a 403 of a route that asks for a role. */
function isAccepted({ exchange }: ForgedAnswer, { route, plain, genuine }: Trial): boolean {
  const code = status(exchange);
  if (isSuccess(exchange)) return true;
  const likeUser =
    genuine !== undefined &&
    isAnswerToUser(route, genuine) &&
    code === status(genuine) &&
    body(exchange) === body(genuine);
  return likeUser && (code !== status(plain) || body(exchange) !== body(plain));
}

function isCrashed({ exchange }: ForgedAnswer): boolean {
  return status(exchange) >= 500;
}

function judgeAccepted({ route, answers }: Trial, accepted: readonly ForgedAnswer[]): Finding[] {
  const plainest = accepted.find(({ name }) => name === PLAINEST);
  if (plainest) {
    return [
      error({
        ...base(route.path, plainest),
        subject: `GET ${route.path}`,
        message: `${accepted.length} of ${count(answers.length, 'forged token')} were accepted with ${status(plainest.exchange)}, also one of the right form, signed with a key made up for this run, as ${plainest.carrier}`,
        cause:
          'The handler decodes the token and believes it: jwtDecode(), decodeJwt() of jose or of @clerk/backend/jwt, or JSON.parse(atob(…)), which verify nothing; or the error of the verification is caught and ignored.',
        fix: 'Take userId from auth() behind clerkMiddleware(), or verify with verifyToken() of @clerk/backend, and answer 401 when it throws.',
      }),
    ];
  }
  return byName(accepted).map(([first, ...more]) =>
    error({
      ...base(route.path, first),
      message: `the forged token was accepted with ${status(first.exchange)}, as ${[first, ...more].map(({ carrier }) => carrier).join(' and as ')}${reason(first.exchange)}`,
      cause: `A verifier of your own, or one in front of the app: ${first.mistake}.`,
      fix: 'Leave the verification to auth() behind clerkMiddleware() or to verifyToken() of @clerk/backend: RS256 only, the key by kid from the instance, every error a 401.',
    }),
  );
}

function judgeCrashed({ route, answers }: Trial, crashed: readonly ForgedAnswer[]): Finding[] {
  const [first] = crashed;
  if (!first) return [];
  const names = byName(crashed).map(([{ name }]) => name);
  const finding = {
    ...base(route.path, first),
    subject: `GET ${route.path}`,
    message: `${crashed.length} of ${count(answers.length, 'forged token')} were answered with 5xx, as ${first.carrier}: ${listed(names, MOST_NAMED)}; ${describe(first.exchange)}${reason(first.exchange)}`,
  };
  if (isExplainedBySdk(answers.map((answer) => ({ ...answer, failed: isCrashed(answer) }))))
    return [warning({ ...finding, ...explainSdkFaults(crashed.flatMap(({ sdkFault }) => sdkFault ?? [])) })];
  return [
    error({
      ...finding,
      cause:
        'The handler or its verifier throws on such a token and nothing catches it. With Clerk’s own middleware a 5xx means that the Backend API or the secret key failed while the key of the token was looked up.',
      fix: 'Answer 401 to every error of the verification; where only unknown key ids fail, check CLERK_SECRET_KEY and the way to the Backend API.',
    }),
  ];
}

function base(path: string, { name, exchange }: ForgedAnswer) {
  return {
    subject: `GET ${path}: ${name}`,
    expected: 'the refusal that a request without a token gets, as 401',
    docs: DOCS,
    exchange,
  };
}

/** Answers grouped by forgery, in order. */
function byName(answers: readonly ForgedAnswer[]): Array<[ForgedAnswer, ...ForgedAnswer[]]> {
  const groups = new Map<string, [ForgedAnswer, ...ForgedAnswer[]]>();
  for (const answer of answers) {
    const group = groups.get(answer.name);
    if (group) group.push(answer);
    else groups.set(answer.name, [answer]);
  }
  return [...groups.values()];
}
