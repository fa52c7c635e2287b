import type { ApiRoute } from '../../config/options.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import {
  body,
  describe,
  header,
  isHtml,
  isSuccess,
  isRedirect,
  redirectTarget,
  status,
} from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { title, visibleText } from '../../target/html.ts';
import { isHandshake } from '../../target/sign-in.ts';
import { defineCheck } from '../../verify.ts';
import { listed } from '../../text.ts';
import { getRoutes, isAnswerToUser, reason } from './routes.ts';

/** A route asked with a genuine session, in the two ways that Clerk's SDKs take one. */
export interface GenuineCall {
  readonly route: ApiRoute;
  readonly cookie: Exchange;
  readonly bearer: Exchange;
  /** What nobody in particular gets: of the route, and of a path beside it that does not exist. */
  readonly anyones: readonly Exchange[];
}

/** api/authenticated. */
export const authenticated = defineCheck<readonly GenuineCall[]>({
  id: 'api/authenticated',
  async collect({ target, readiness, signedIn }) {
    if (!signedIn) throw new Error('a signed-in client is needed');
    const authorization = `Bearer ${await signedIn.token()}`;
    return Promise.all(
      getRoutes(readiness).map(async (route) => {
        const beside = route.path.replace(/[^/]*$/, target.unknownSegment);
        const [cookie, bearer, ...anyones] = await Promise.all([
          signedIn.get(route.path, { as: 'api' }),
          target.anonymous.get(route.path, { as: 'api', headers: { authorization } }),
          ...[route.path, beside].map((path) => target.anonymous.api(path)),
        ]);
        return { route, cookie, bearer, anyones };
      }),
    );
  },
  judge: (calls, { readiness }): Judgement => {
    const unread = (readiness.api || []).filter(({ methods }) => !methods.includes('GET')).map(({ path }) => path);
    if (calls.length === 0)
      return {
        findings: [],
        summary: '',
        unverified: `no route of api takes GET, and with a session only GET is sent (${listed(unread)}): declare one that does`,
      };
    const fallback = calls.find(isFallback);
    return {
      ...(fallback && {
        unverified: `GET ${fallback.route.path} (${status(fallback.cookie)}) gives the test user a page, or what anyone gets there or at a path that does not exist: correct the path in api, or declare authenticatedStatus: [200] if a page is meant`,
      }),
      findings: calls.flatMap(judgeCall),
      summary: `the test user is answered at ${listed(calls.map(summarize))}${unread.length > 0 ? `; not asked because they take no GET: ${listed(unread)}` : ''}`,
    };
  },
});

/** The page of a single-page app for any path, or an answer with 200 that says that nobody is signed in. */
function isFallback({ route, cookie, bearer, anyones }: GenuineCall): boolean {
  const read = (exchange: Exchange) =>
    `${status(exchange)} ${isHtml(exchange) ? `${title(exchange)} ${visibleText(exchange)}` : body(exchange)}`;
  const isAnyones = (answer: Exchange) =>
    status(answer) < 300 && anyones.some((each) => isHtml(each) === isHtml(answer) && read(each) === read(answer));
  const answers = [cookie, bearer].filter((answer) => isAnswerToUser(route, answer));
  const isPage = (answer: Exchange) =>
    !route.authenticatedStatus && isHtml(answer) && /<html|<!doctype/i.test(body(answer));
  return answers.length > 0 && answers.every((answer) => isPage(answer) || isAnyones(answer));
}

function summarize({ route, cookie, bearer }: GenuineCall): string {
  const ways = [
    ...(isAnswerToUser(route, cookie) ? [`${status(cookie)} by cookie`] : []),
    ...(isAnswerToUser(route, bearer) ? [`${status(bearer)} as Bearer`] : []),
  ];
  return `GET ${route.path} (${ways.join(', ')})`;
}

/** One way in is enough: some APIs take the cookie only, others the header only. A user who is to be refused gets in by neither. */
function judgeCall({ route, cookie, bearer }: GenuineCall): Finding[] {
  const { authenticatedStatus: declared } = route;
  const isRefused = declared && !declared.some((code) => code >= 200 && code < 300);
  const letIn = isRefused && [cookie, bearer].find(isSuccess);
  if (!letIn && (isAnswerToUser(route, cookie) || isAnswerToUser(route, bearer))) return [];
  // No answer at all is an obstacle, which the engine reports.
  if (!letIn && status(cookie) === 0) return [];
  return [
    error({
      subject: `GET ${route.path}`,
      message: `with the session of the test user, ${describe(cookie)}${reason(cookie)}; as Bearer ${status(bearer)}`,
      expected: declared ? `status ${declared.join(' or ')}` : 'any 2xx',
      docs: 'https://clerk.com/docs/reference/nextjs/clerk-middleware',
      exchange: letIn || cookie,
      ...(letIn
        ? {
            cause: 'The route lets the test user in, whom authenticatedStatus says it refuses.',
            fix: 'Ask for the role or permission in the handler: auth.protect({ role }), or has() and 403. Where the user may see it, correct authenticatedStatus.',
          }
        : explain(cookie)),
    }),
  ];
}

function explain(exchange: Exchange): Pick<Finding, 'cause' | 'fix'> {
  const code = status(exchange);
  const why = header(exchange, 'x-clerk-auth-reason') ?? '';
  const to = redirectTarget(exchange);
  if (why.includes('authorized-parties')) {
    return {
      cause:
        'authorizedParties of clerkMiddleware lacks the origin that users sign in at, so every session is refused.',
      fix: 'Add the origin of this deployment to authorizedParties, exactly: scheme, host and port, no slash at the end.',
    };
  }
  if (/jwk-kid-mismatch|secret-key-invalid|token-invalid-signature/.test(why)) {
    return {
      cause:
        'The server verifies with the keys of another instance than the one that users sign in to, or CLERK_SECRET_KEY is revoked.',
      fix: 'Set the publishable key and the secret key of one instance in this environment, and redeploy.',
    };
  }
  if (code === 401) {
    return {
      cause:
        'The handler sees no session: it reads another header than Clerk’s (an API key, a token of its own), its keys are of another instance, authorizedParties lacks this origin, or the clock of the server is off.',
      fix: 'Read the session with auth(), and set the keys of the instance that users sign in to; x-clerk-auth-reason on the answer names what Clerk refused. For a route of machines alone (acceptsToken), declare authenticatedStatus: [401].',
    };
  }
  if (code === 403) {
    return {
      cause: 'The route asks for a role or permission that the test user has not.',
      fix: 'Give the test user the role, or declare authenticatedStatus: [403] for this route.',
    };
  }
  if (to && isHandshake(to)) {
    return {
      cause:
        'Clerk sends an API request into its handshake: the keys of the server are of another instance, or its clock is off.',
      fix: 'Set the publishable key and the secret key of one instance in this environment, and redeploy.',
    };
  }
  if (isRedirect(exchange)) {
    return {
      cause:
        'A guard sends the user on although a session is there: to finish onboarding, to choose an organisation, or because the matcher does not cover /api and the session is not seen.',
      fix: 'Complete the profile of the test user, let the matcher cover "/(api|trpc)(.*)", and answer API routes with a status instead of a redirect.',
    };
  }
  if (code === 404) {
    return {
      cause:
        'auth.protect() hides the route from a user without the role or permission, or the path is not in this deployment.',
      fix: 'Give the test user the role, declare authenticatedStatus: [404] for this route, or correct the path in api.',
    };
  }
  if (code >= 500) {
    return {
      cause:
        'The handler throws for a signed-in user: auth() or getAuth() runs where Clerk’s middleware does not, the user has no row in the database yet (its webhook was not delivered), or the secret key is wrong.',
      fix: 'Let the matcher cover "/(api|trpc)(.*)" (Next.js) or register Clerk’s middleware before the route and in its scope, and create the row on first use instead of relying on the webhook.',
    };
  }
  return {
    cause: 'The route needs parameters that the declared path does not have.',
    fix: 'Declare the path with the parameters that the route needs, as /api/items?limit=1, or authenticatedStatus.',
  };
}
