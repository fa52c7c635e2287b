import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { body, describe, header, isHtml, isRedirect, redirectTarget, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { leaveUnguarded } from '../../target/clerk.ts';
import { stackFrameIn } from '../../target/leaks.ts';
import { isSamePage } from '../../target/sign-in.ts';
import { jsonOf } from '../../target/json.ts';
import { sharedHit, sharedStorage } from '../../target/cache-policy.ts';
import { defineCheck } from '../../verify.ts';
import { prerenderMark } from '../headers/nonce.ts';

const HEALTH_DOCS = 'https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check';

/** Milliseconds that a monitor waits before it calls an endpoint slow. */
const MAX_HEALTH_MS = 2000;

/** What the health endpoint answered. */
export interface HealthEvidence {
  readonly get: Exchange;
  readonly head: Exchange;
  /** What a path that does not exist answers, where a page with the declared text answers. */
  readonly unknown?: Exchange;
}

/** monitoring/health. */
export const health = defineCheck<HealthEvidence>({
  id: 'monitoring/health',
  async collect({ target, readiness }) {
    if (!readiness.health) throw new Error('health.path is needed');
    const { path, contains } = readiness.health;
    const first = await target.anonymous.get(path);
    // A cold start is not a slow check, so a slow answer gets a second chance.
    const get = first.durationMs > MAX_HEALTH_MS && status(first) !== 0 ? await target.anonymous.get(path) : first;
    const unknown = isHtml(get) && contains !== undefined ? await target.anonymous.page(target.unknownPath) : undefined;
    return {
      get,
      head: await target.anonymous.request(path, { method: 'HEAD' }),
      ...(unknown && { unknown: unknown.final }),
    };
  },
  judge(evidence, { readiness }): Judgement {
    const { get, head } = evidence;
    const contains = readiness.health ? readiness.health.contains : undefined;
    const doubt = status(get) === 200 && contains === undefined ? doubtAboutClerk(jsonOf(get)) : undefined;
    return {
      findings: status(get) === 200 ? [...judgeHealthy(evidence, contains), ...judgeHead(head)] : judgeUnhealthy(get),
      summary: `200 in ${get.durationMs} ms, ${namesClerk(get) ? 'names Clerk' : `contains "${contains}"`}, ${header(get, 'cache-control')}, HEAD works`,
      ...(doubt !== undefined && { unverified: doubt }),
    };
  },
});

function judgeUnhealthy(get: Exchange): Finding[] {
  const code = status(get);
  const base = {
    subject: 'health endpoint',
    message: describe(get),
    expected: 'status 200 to an anonymous GET',
    docs: HEALTH_DOCS,
    exchange: get,
  };
  if (get.error?.code === 'TIMEOUT') {
    return [
      error({
        ...base,
        cause: 'A sub-check waits for a dependency without a time-out.',
        fix: 'Give every sub-check a time-out of 1–2 s, and answer 503 when it is over.',
      }),
    ];
  }
  // Any other failure is an obstacle, which the engine reports.
  if (code === 0) return [];
  if (code === 503) {
    return [
      error({
        ...base,
        message: 'the health endpoint answers 503: the app says that it is not healthy',
        cause:
          'The app cannot reach Clerk’s Backend API or something else that it asks, or CLERK_SECRET_KEY is missing or wrong in this environment. A body without sub-checks may be the hosting’s, with no server of the app running.',
        fix: 'Read which sub-check fails in the body, check CLERK_SECRET_KEY and outgoing connections to api.clerk.com, and look at status.clerk.com.',
      }),
    ];
  }
  const to = redirectTarget(get);
  if (to && isSamePage(to.pathname, new URL(get.request.url).pathname)) {
    return [
      error({
        ...base,
        cause: 'The endpoint has another spelling, as with a slash at the end; many monitors do not follow redirects.',
        fix: `Set health.path, and the monitor, to ${to.pathname}.`,
      }),
    ];
  }
  if (isRedirect(get) || [401, 403].includes(code)) {
    return [
      error({
        ...base,
        cause: 'The guard covers the health endpoint, so a monitor sees sign-in instead of health.',
        fix: `${leaveUnguarded('health')}.`,
      }),
    ];
  }
  return [error({ ...base, ...reasonOf(code) })];
}

/** Why a route answers with something else than health. */
function reasonOf(code: number): Pick<Finding, 'cause' | 'fix'> {
  if (code < 300)
    return {
      cause: 'The endpoint answers without a body, so it says nothing about its dependencies.',
      fix: 'Answer 200 with JSON that names them.',
    };
  if (code === 404)
    return {
      cause: 'No route is there, or the guard hides it with 404.',
      fix: 'Create the route, or correct health.path.',
    };
  if (code < 500)
    return {
      cause: 'The endpoint refuses the plain GET that monitors send: it wants another method, a parameter or a header.',
      fix: 'Answer a plain GET, or correct health.path.',
    };
  return {
    cause: 'The endpoint fails itself.',
    fix: 'Catch errors of sub-checks and answer 503 with the name of the one that failed.',
  };
}

function judgeHealthy({ get, head, unknown }: HealthEvidence, contains: string | undefined): Finding[] {
  const base = { subject: 'health endpoint', docs: HEALTH_DOCS, exchange: get };
  const findings: Finding[] = [];
  const isDeclared = (exchange: Exchange) => contains !== undefined && body(exchange).includes(contains);
  // Rails and Laravel answer a page at /up: its text is its own where no other page has it. Express sends a bare string as text/html.
  const isOwnPage = isDeclared(get) && unknown && !isDeclared(unknown);
  if (isHtml(get) && /<[a-z!]/i.test(body(get)) && !isOwnPage) {
    return [
      error({
        ...base,
        message: 'it answers an HTML page',
        expected: 'JSON, or the text declared in health.contains',
        cause:
          'A catch-all page or SPA fallback answers the path, or it is a page of the framework (/up of Rails and Laravel).',
        fix: 'Create the route, correct health.path, or declare text that only this page has in health.contains.',
      }),
    ];
  }
  const json = jsonOf(get);
  if (json === undefined && contains === undefined) {
    findings.push(
      error({
        ...base,
        message: 'the body is not JSON',
        expected: 'JSON, or the text declared in health.contains',
        cause: 'The endpoint answers plain text that nobody declared.',
        fix: "Answer JSON that names each dependency, or set health: { path, contains: 'ok' }.",
      }),
    );
  }
  if (contains !== undefined && !isDeclared(get)) {
    findings.push(
      error({
        ...base,
        message: `the body does not contain "${contains}"`,
        expected: `"${contains}" in the body`,
        cause: 'The endpoint reports something else than health.contains declares.',
        fix: 'Correct the endpoint or health.contains.',
      }),
    );
  }
  return [
    ...findings,
    ...judgeDependency(get, json, contains),
    ...judgeCaching(get, head),
    ...judgeLatency(get),
    ...judgeDisclosure(get),
  ];
}

function judgeDependency(get: Exchange, json: unknown, contains: string | undefined): Finding[] {
  const base = { subject: 'health endpoint', docs: HEALTH_DOCS, exchange: get };
  const failed = json === undefined ? undefined : failedCheck(json);
  if (failed !== undefined) {
    return [
      error({
        ...base,
        message: `it answers 200 although its sub-check "${failed}" has failed`,
        expected: 'status 503 while a dependency is down',
        cause: 'The status code does not follow the sub-checks, so a monitor that looks at the code sees nothing.',
        fix: 'Answer 503 when any sub-check fails.',
      }),
    ];
  }
  if (namesClerk(get)) return [];
  const parts = {
    ...base,
    message: 'the body does not name Clerk',
    expected: 'a sub-check named after Clerk, as in {"checks":{"clerk":{"status":"pass"}}}',
    cause: 'The endpoint is static or does not ask Clerk, so it stays green while nobody can sign in.',
    fix: 'Ask Clerk’s Backend API (GET /v1/jwks, with a time-out of 1–2 s) and name the result in the body.',
  };
  return [contains === undefined ? error(parts) : warning(parts)];
}

/** What no cache answers with before it has asked the app (RFC 9111 section 5.2.2); Vercel, Rails and Laravel say so by themselves. */
const ASKED = /\bno-(?:store|cache)\b|^(?=.*\bmax-age=0\b).*\bmust-revalidate\b/i;

function judgeCaching(get: Exchange, head: Exchange): Finding[] {
  const cacheControl = header(get, 'cache-control') ?? '';
  const isKept = !ASKED.test(cacheControl);
  // A CDN may be told otherwise than browsers are, and Vercel keeps to itself what it was told.
  const shared = sharedHit(get) ?? sharedHit(head) ?? prerenderMark(get) ?? (isKept ? undefined : sharedStorage(get));
  if (shared === undefined && !isKept) return [];
  return [
    error({
      subject: 'health endpoint',
      message:
        shared !== undefined
          ? `a cache answered or may answer: ${shared}`
          : cacheControl === ''
            ? 'it has no Cache-Control header'
            : `it is cacheable: Cache-Control: ${cacheControl}`,
      expected: 'Cache-Control: no-store',
      cause:
        'A CDN or a browser may answer with yesterday’s health; frameworks add no Cache-Control to route handlers by themselves.',
      fix: 'Set Cache-Control: no-store on the answer, and mark the route dynamic.',
      docs: HEALTH_DOCS,
      exchange: get,
    }),
  ];
}

function judgeLatency(get: Exchange): Finding[] {
  if (get.durationMs <= MAX_HEALTH_MS) return [];
  return [
    error({
      subject: 'health endpoint',
      message: `it took ${get.durationMs} ms`,
      expected: `an answer within ${MAX_HEALTH_MS} ms`,
      cause: 'A sub-check waits for a slow dependency without a time-out.',
      fix: 'Give every sub-check a time-out of 1–2 s and run them side by side.',
      exchange: get,
    }),
  ];
}

/** Name of an environment variable that holds a secret or an address. */
const VARIABLE = '\\b[A-Z][A-Z0-9_]*_(?:SECRET|KEY|PASSWORD|TOKEN|URL)\\b';

function judgeDisclosure(get: Exchange): Finding[] {
  const base = { subject: 'health endpoint', exchange: get };
  const text = body(get);
  const variable = /"(?:process\.env|env|environment_variables)"\s*:\s*\{/.exec(text)?.[0];
  // Values are redacted where they are recorded; the mark shows that there was one.
  const secret = /[\w-]{0,60}["']?\s{0,9}[:=]?\s{0,9}["']?\S{0,200}\[redacted[^\]]{0,100}\]/.exec(text)?.[0];
  const leaked = stackFrameIn(text) ?? variable ?? secret;
  if (leaked !== undefined) {
    return [
      error({
        ...base,
        message: `it discloses internals (“${leaked.slice(0, 60)}”)`,
        expected: 'names and states of dependencies, nothing else',
        cause: 'The endpoint prints its configuration or an error object to anyone.',
        fix: 'Answer with state only; log the rest. Rotate what was exposed.',
      }),
    ];
  }
  if (new RegExp(VARIABLE).test(text) || /"(?:version|node|nodeVersion|commit|hostname)"\s*:/i.test(text)) {
    return [
      warning({
        ...base,
        message: 'it tells versions, host names or names of variables',
        expected: 'names and states of dependencies, nothing else',
        cause: 'The endpoint reports build details to anyone.',
        fix: 'Give details to authenticated monitors only.',
      }),
    ];
  }
  return [];
}

function judgeHead(head: Exchange): Finding[] {
  if (status(head) === 200 || status(head) === 204 || status(head) === 0) return [];
  return [
    error({
      subject: 'health endpoint, HEAD',
      message: describe(head),
      expected: 'status 200 to HEAD, as to GET (RFC 9110 section 9.3.2)',
      cause: 'The handler exports GET only, and the framework does not derive HEAD.',
      fix: 'Answer HEAD like GET without a body: load balancers and monitors use it.',
      docs: HEALTH_DOCS,
      exchange: head,
    }),
  ];
}

function namesClerk(exchange: Exchange): boolean {
  const json = jsonOf(exchange);
  return json === undefined ? /clerk/i.test(body(exchange)) : clerkEntries(json).length > 0;
}

/** Keys about how Clerk is set up: `CLERK_SECRET_KEY: true` is no check of it. */
const SETTING = /(?:key|secret|config|configured|enabled|version|url|domain)$/i;

/** Values of keys that name Clerk, and entries called so below the top, where the app may have Clerk in its own name. */
function clerkEntries(json: unknown, inner = false): unknown[] {
  if (typeof json !== 'object' || json === null) return [];
  const isClerk = (value: unknown) => typeof value === 'string' && /^(auth\w*\W+)?clerk\b/i.test(value);
  const all = Object.entries(json);
  if (
    inner &&
    all.some(([key, value]) => /^(name|id|service|component|dependency|check|provider)/i.test(key) && isClerk(value))
  )
    return [json];
  return all.flatMap(([key, value]) =>
    (/clerk/i.test(key) && !SETTING.test(key)) || (Array.isArray(json) && isClerk(value))
      ? [value]
      : clerkEntries(value, true),
  );
}

/** Words for a thing that works; `warn` is healthy with a concern (draft-inadarei-api-health-check section 3.1). */
const GOOD =
  /^(ok(ay)?|up|pass(ed|ing)?|warn(ing)?|healthy|good|available|operational|ready|reachable|connected|online|alive|active|running|success(ful)?|true|yes|green|1|[23]\d\d)$/i;

/** Keys whose value is the state of their entry. */
const STATE =
  /^(is_?)?(status|state|ok|up|pass(ed)?|healthy|health|success|reachable|connected|available|alive|ready|result|\w*code)$/i;

/** Why the entries that name Clerk do not show that it works; a state that has failed is an error already. */
function doubtAboutClerk(json: unknown): string | undefined {
  const entries = clerkEntries(json);
  const states = entries.map(statesOf);
  if (entries.length === 0 || states.some((each) => each.length > 0 && each.every((state) => GOOD.test(String(state)))))
    return undefined;
  const shown = states.flat().map((state) => `“${String(state)}”`);
  return `the body names Clerk ${shown.length === 0 ? 'without a state' : `with the state ${shown.join(', ')}, which does not say that it works`}; answer a sub-check such as {"clerk":{"status":"pass"}}`;
}

function statesOf(entry: unknown): unknown[] {
  if (typeof entry !== 'object' || entry === null) return [entry];
  if (Array.isArray(entry)) return entry.flatMap(statesOf);
  return Object.entries(entry).flatMap(([key, value]) => {
    const below = typeof value === 'object' && value !== null && !Array.isArray(value);
    return !PAST.test(key) && (STATE.test(key) || below) ? statesOf(value) : [];
  });
}

const FAILED_STATE =
  /^(fail(ed|ing|ure)?|down|error|unhealthy|critical|unreachable|timeout|out[_ ]of[_ ]service|unavailable|offline|disconnected|outage|ko|nok|broken|not[_ -]?(ok|ready|connected|reachable|responding|healthy))$/i;

/** Keys whose text describes a check or its past and is not its state. */
const NO_STATE = /^(severity|priority|level|criticality|impact|description|message|name|type)$/i;

/** Keys of what was, not what is. */
const PAST = /^(last|previous|history)/i;

/** Texts of a member `error` that tell of none. */
const NO_ERROR = /^\s*(none|no errors?|null|n\/a|-|ok)?\s*$/i;

/** True when a value says, under its key, that a check has failed. */
function hasFailed(value: unknown, key: string): boolean {
  if (typeof value === 'string')
    return (FAILED_STATE.test(value) && !NO_STATE.test(key)) || (/^errors?$/i.test(key) && !NO_ERROR.test(value));
  if (typeof value === 'number') return value >= 400 && /^(status|(http_?|status_?)*code)$/i.test(key);
  return value === false && /^(is_?)?(ok|up|pass(ed)?|healthy|success|reachable|connected|alive|clerk)$/i.test(key);
}

/** Name of the first sub-check that says it has failed, anywhere in the body. */
function failedCheck(json: unknown, name = 'status', key = name): string | undefined {
  if (PAST.test(key)) return undefined;
  if (hasFailed(json, key)) return name;
  if (typeof json !== 'object' || json === null) return undefined;
  for (const [inner, value] of Object.entries(json)) {
    if (value === false && /^(checks|dependencies)$/i.test(key)) return inner;
    const unnamed = Array.isArray(json) || ((STATE.test(inner) || /^errors?$/i.test(inner)) && name !== 'status');
    const failed = failedCheck(value, unnamed ? name : inner, Array.isArray(json) ? key : inner);
    if (failed !== undefined) return failed;
  }
  return undefined;
}
