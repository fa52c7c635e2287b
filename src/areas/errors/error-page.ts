import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { body, describe, isHtml, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { elementsByTag, visibleText } from '../../target/html.ts';
import { stackFrameIn } from '../../target/leaks.ts';
import type { AnonymousRequest } from '../../target/anonymous.ts';
import type { Readiness } from '../../config/options.ts';
import { count, listed } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import { sendable } from '../api/routes.ts';
import { disclosed } from './disclosure.ts';

export const ERROR_PAGE_DOCS = 'https://nextjs.org/docs/app/api-reference/file-conventions/error';

/** A request that no parser can make sense of, and its answer. */
export interface Malformed {
  /** `GET /%zz`, `POST /api/projects with half a JSON object`. */
  readonly name: string;
  readonly exchange: Exchange;
}

/** Percent signs that decode to nothing or to no UTF-8; a crawler or a cut-off link sends them every day. */
const BAD_PATHS = ['/%zz', '/%c0%af', '/%E0%A4%A', '/%', '/?q=%zz'];

/** Headers that browsers and proxies send when they are broken. */
const BAD_HEADERS: ReadonlyArray<readonly [name: string, value: string]> = [
  ['accept-language', ';q=,,*;q=9'],
  ['accept', 'no/such/type;;'],
  ['cookie', '=; %zz=%; a;b=="'],
  ['if-modified-since', 'yesterday'],
  ['range', 'bytes=zz-'],
  ['referer', 'http://[broken'],
];

const BAD_BODIES: ReadonlyArray<readonly [name: string, type: string, body: string]> = [
  ['half a JSON object', 'application/json', '{"name":'],
  ['a form with a broken escape', 'application/x-www-form-urlencoded', 'name=%zz&=%'],
  ['a multipart body without a boundary', 'multipart/form-data', 'name'],
];

/** errors/error-page over HTTP: what cannot be parsed. */
export const errorPage = defineCheck<readonly Malformed[]>({
  id: 'errors/error-page',
  part: { methods: ['http'] },
  async collect({ target, readiness }) {
    const send = async (name: string, path: string, request: AnonymousRequest): Promise<Malformed> => ({
      name,
      exchange: await target.anonymous.request(path, request),
    });
    return Promise.all([
      ...BAD_PATHS.map((path) => target.within(path)).map((path) => send(`GET ${path}`, path, { as: 'document' })),
      ...BAD_HEADERS.map(([name, value]) =>
        send(`GET ${target.home} with ${name}: ${value}`, target.home, { as: 'document', headers: { [name]: value } }),
      ),
      ...endpoints(readiness).flatMap(({ path, method }) =>
        BAD_BODIES.map(([name, type, text]) =>
          send(`${method} ${path} with ${name}`, path, {
            method,
            as: 'api',
            headers: { 'content-type': type },
            body: text,
          }),
        ),
      ),
    ]);
  },
  judge: (all): Judgement => ({
    findings: oneForEachKind(all.flatMap(judgeMalformed)),
    summary: `${count(all.length, 'malformed request')} (paths, headers, bodies) are answered without a stack trace, a blank page or a 5xx`,
  }),
});

/** Declared endpoints that take a body; one that is none can change nothing there, where the mode lets it be sent. */
function endpoints(readiness: Readiness): Array<{ path: string; method: string }> {
  const takesBody = (method: string) => !['GET', 'HEAD', 'OPTIONS'].includes(method);
  return (readiness.api || []).flatMap((route) =>
    sendable(route, readiness)
      .filter(takesBody)
      .map((method) => ({ path: route.path, method })),
  );
}

function judgeMalformed({ name, exchange }: Malformed): Finding[] {
  const about = { subject: name, docs: ERROR_PAGE_DOCS, exchange };
  // A request without an answer is an obstacle, which the engine reports.
  if (exchange.response === undefined) return [];
  const frame = stackFrameIn(body(exchange));
  if (frame !== undefined) return [disclosed(frame, about)];
  if (isBlank(exchange)) {
    return [
      error({
        ...about,
        message: `${describe(exchange)} with a blank page`,
        expected: 'a page, or a short text, that says what is wrong',
        cause:
          'The error handler ends the answer without a body, or the page shows nothing when its parameters make no sense.',
        fix: 'Answer 400 with a sentence, and give the app an error page that needs no data (app/global-error.tsx in Next.js).',
      }),
    ];
  }
  if (status(exchange) < 500) return [];
  return [
    warning({
      ...about,
      message: describe(exchange),
      expected: 'status 400 or 404: the request is wrong, not the server',
      cause:
        'Code decodes or parses what came in without catching the exception, as decodeURIComponent and JSON.parse throw.',
      fix: 'Catch it and answer 400; otherwise every scanner on the internet fills the error log.',
    }),
  ];
}

/** An empty 4xx is the platform’s refusal, for which browsers have a page of their own. */
function isBlank(exchange: Exchange): boolean {
  const code = status(exchange);
  if ((code >= 300 && code < 500) || code === 204) return false;
  if (body(exchange).trim() === '') return true;
  // A page with scripts may draw itself; what it shows is seen in a browser only.
  return isHtml(exchange) && visibleText(exchange) === '' && elementsByTag(exchange, 'script').length === 0;
}

const MOST_NAMED = 2;

/** The same mistake on five paths is one mistake. */
function oneForEachKind(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) groups.set(finding.cause, [...(groups.get(finding.cause) ?? []), finding]);
  return [...groups.values()].flatMap(([first, ...rest]) => {
    if (!first) return [];
    const others = rest.map(({ subject }) => subject);
    return [rest.length === 0 ? first : { ...first, message: `${first.message}; also ${listed(others, MOST_NAMED)}` }];
  });
}
