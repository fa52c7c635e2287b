import { CLERK_DOCS } from '../../catalog/entry.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { describe, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { endOf, isSignIn } from '../../target/sign-in.ts';
import { defineCheck } from '../../verify.ts';
import type { Expectation } from '../../verify.ts';
import { describeAnswers, firstUnreadable, publicAnswers, signedInAnswers } from './answers.ts';
import type { Answer } from './answers.ts';
import { userFieldsIn } from './user-fields.ts';

/** exposure/user-object, for anonymous visitors. */
export const userObject = defineCheck<readonly Answer[]>({
  id: 'exposure/user-object',
  part: { methods: ['http'] },
  collect: async (context) => (await publicAnswers(context)).answers,
  judge(answers): Judgement {
    const reached = answers.some(({ kind, exchange }) => kind === 'page' && status(exchange) === 200);
    const unread = firstUnreadable(answers);
    return {
      findings: findingsOf(answers, 'an anonymous visitor'),
      summary: `${describeAnswers(answers)} for anonymous visitors hold no backend user`,
      ...(unread !== undefined && { unverified: unread }),
      ...(!reached && {
        unverified: 'no page answered 200 to an anonymous visitor: name a public page in routes.public',
      }),
    };
  },
});

/** exposure/user-object, for the test user. */
export const userObjectSignedIn = defineCheck<readonly Answer[]>({
  id: 'exposure/user-object',
  part: { methods: ['signed-in'] },
  collect: signedInAnswers,
  judge(answers, expectation): Judgement {
    const unread = firstUnreadable(answers);
    // The control: a page that only a signed-in visitor gets.
    const served = answers.filter(({ exchange }) => status(exchange) === 200 && !isAtSignIn(exchange, expectation));
    const refused = answers.find((each) => !served.includes(each));
    return {
      findings: findingsOf(answers, 'the signed-in test user'),
      summary: `${describeAnswers(served)} for the signed-in test user hold no backend user`,
      ...(unread !== undefined && { unverified: unread }),
      ...(served.length === 0 && {
        unverified: `nothing was answered to the signed-in test user${refused ? ` (${describe(refused.exchange)})` : ''}: declare a page in routes.protected or a GET route in api that this user may see`,
      }),
    };
  },
});

function isAtSignIn(exchange: Exchange, expectation: Expectation): boolean {
  return isSignIn(endOf({ exchanges: [exchange], final: exchange }), expectation);
}

/** One finding for each address; its page and its RSC payload carry the same rows. */
function findingsOf(answers: readonly Answer[], visitor: string): Finding[] {
  const leaking = answers.flatMap((answer) => {
    const [first] = userFieldsIn(answer.exchange);
    return first ? [{ answer, first }] : [];
  });
  return leaking
    .filter(({ answer }, index) => leaking.findIndex((each) => each.answer.subject === answer.subject) === index)
    .map(({ answer, first }) =>
      error({
        subject: answer.subject,
        message: `${first.fields.join(', ')} of a backend user ${first.fields.length === 1 ? 'is' : 'are'} in the ${answer.kind} for ${visitor}, at ${first.at}`,
        expected: 'only the fields of a user that the page shows',
        cause:
          'A whole User of clerkClient or currentUser() was handed to a client component or returned as JSON. It carries private metadata, and the raw answer of the Backend API in _raw.',
        fix: 'Choose the fields on the server, as { id: user.id, firstName: user.firstName }, and pass on nothing else.',
        docs: `${CLERK_DOCS}/reference/nextjs/app-router/current-user`,
        exchange: withoutValues(answer.exchange),
      }),
    );
}

/** A report must not spread what the user object contains. */
function withoutValues(exchange: Exchange): Exchange {
  if (!exchange.response) return exchange;
  return {
    ...exchange,
    response: { ...exchange.response, body: `[${exchange.response.body.length} characters, not shown]` },
  };
}
