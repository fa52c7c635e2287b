import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Defect, Site } from '../defects/defect.ts';
import type { Certificate } from '../net/certificate.ts';
import { closeServer, HOST, listen } from '../net/listen.ts';
import { exchange, readBody } from './exchange.ts';
import { badGateway, createUpstream, forward, requestHeaders } from './forward.ts';
import type { Upstream } from './forward.ts';
import { header, headerLines, without, withHeader } from './message.ts';
import type { DemoRequest, DemoResponse } from './message.ts';

/** Names the defects that this one request is to meet. */
export const DEFECT_HEADER = 'x-demo-defect';

export interface FrontOptions {
  /** 0 takes a free port. */
  readonly port: number;
  /** Where `next start` listens. */
  readonly upstreamPort: number;
  readonly certificate: Certificate;
  /** The defects on offer; undefined switches the header off. */
  readonly defects: ReadonlyMap<string, Defect> | undefined;
  readonly site: () => Site;
}

export interface Front {
  readonly url: string;
  close(): Promise<void>;
}

/** The deployed URL: ends TLS as a hosting platform does, and hands requests to the app. */
export async function startFront(options: FrontOptions): Promise<Front> {
  const upstream = createUpstream(options.upstreamPort);
  let publicHost = '';
  const server = createServer({ key: options.certificate.key, cert: options.certificate.cert }, (request, response) => {
    try {
      answer({ options, upstream, publicHost }, request, response);
    } catch {
      // Node refuses to send some targets on, such as raw non-ASCII bytes.
      response.writeHead(400, { 'content-type': 'text/plain' }).end('Bad Request\n');
    }
  });
  server.keepAliveTimeout = 65_000;
  publicHost = `${HOST}:${await listen(server, options.port)}`;
  return {
    url: `https://${publicHost}`,
    close: async () => {
      await closeServer(server);
      upstream.agent.destroy();
    },
  };
}

interface Route {
  readonly options: FrontOptions;
  readonly upstream: Upstream;
  readonly publicHost: string;
}

function answer(route: Route, request: IncomingMessage, response: ServerResponse): void {
  const { options, upstream, publicHost } = route;
  // What Next.js takes a loopback address for; a second name leads to the first, as on any platform.
  if (request.headers.host === publicHost.replace(HOST, 'localhost')) {
    response.writeHead(308, { location: `https://${publicHost}${request.url ?? '/'}` }).end();
    return;
  }
  if (request.headers.host !== publicHost) {
    response.writeHead(421, { 'content-type': 'text/plain' }).end('Misdirected Request\n');
    return;
  }
  const names = request.headers[DEFECT_HEADER];
  if (names === undefined) return forward(upstream, request, response, publicHost);
  if (!options.defects) {
    request.rawHeaders = without({ headers: headerLines(request.rawHeaders) }, DEFECT_HEADER).headers.flat();
    return forward(upstream, request, response, publicHost);
  }
  const chosen = chooseDefects(options.defects, String(names));
  if (typeof chosen === 'string') {
    response.writeHead(400, { 'content-type': 'text/plain' }).end(`${chosen}\n`);
    return;
  }
  answerWithDefects(route, chosen, request).then(
    (result) => send(request, response, result),
    (error: unknown) => {
      console.error(`defect ${String(names)} failed on ${request.url ?? ''}:`, error);
      badGateway(response);
    },
  );
}

/** The named defects, or what is wrong with the header. */
function chooseDefects(defects: ReadonlyMap<string, Defect>, names: string): readonly Defect[] | string {
  const chosen: Defect[] = [];
  for (const name of names.split(',').map((each) => each.trim())) {
    const defect = defects.get(name);
    if (!defect) return `no defect is called ${JSON.stringify(name)}: see demo/defects/`;
    chosen.push(defect);
  }
  return chosen;
}

/** Each defect wraps the next; the innermost is the pristine app. */
async function answerWithDefects(
  { options, upstream, publicHost }: Route,
  defects: readonly Defect[],
  incoming: IncomingMessage,
): Promise<DemoResponse> {
  const body = await readBody(incoming);
  const headers = requestHeaders(incoming, publicHost);
  const request = without(
    { method: incoming.method ?? 'GET', target: incoming.url ?? '/', headers, body },
    DEFECT_HEADER,
    'transfer-encoding',
    ...(body.length > 0 ? [] : ['content-length']),
  );
  const sized: DemoRequest =
    body.length > 0 && header(request, 'content-length') === undefined
      ? withHeader(request, 'Content-Length', String(body.length))
      : request;
  const site = options.site();
  const app = (each: DemoRequest): Promise<DemoResponse> => exchange(upstream, each);
  return defects.reduceRight((next, defect) => (each: DemoRequest) => defect.apply(each, next, site), app)(sized);
}

function send(request: IncomingMessage, response: ServerResponse, result: DemoResponse): void {
  // The answer to HEAD says how long the body would be, and has none.
  const bodiless = request.method === 'HEAD' || result.status === 204 || result.status === 304;
  const sized: DemoResponse = bodiless ? result : withHeader(result, 'Content-Length', String(result.body.length));
  response.writeHead(result.status, sized.headers.flat());
  response.end(bodiless ? undefined : result.body);
}
