// A fast app with as many protected pages and API routes as are asked for: `node --import tsx bench/target.ts` starts it
// and prints, as one line of JSON, what a client needs to know. Everything else is the Express app of the demo.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startClerkStandIn } from '../demo/clerk/stand-in.ts';
import { ALLOWED_ORIGIN } from '../demo/defects/tools.ts';
import { createApp, partsOf } from '../demo/express/app/app.ts';
import { DEMO_USER, randomKeys } from '../demo/instances.ts';
import type { DemoTarget } from '../demo/instances.ts';
import { createCertificate } from '../demo/net/certificate.ts';
import { HOST, freePort, listen } from '../demo/net/listen.ts';
import { prepareScripts, SCRIPTS_FOLDER } from '../demo/prepare.ts';

const PAGE = /^\/workspaces\/\d+$/;
const API = /^\/api\/workspaces\/\d+$/;
const SIGN_IN = '/sign-in';

const PRIVATE = { 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' };

await prepareScripts(() => {});
const keys = randomKeys('live');
const certificate = await createCertificate();
const clerk = await startClerkStandIn({
  kind: 'live',
  certificate,
  secretKey: keys.secretKey,
  user: { ...DEMO_USER, password: keys.password },
  frontendApiPort: 0,
  backendApiPort: 0,
  scripts: SCRIPTS_FOLDER,
});
const port = await freePort();
const url = `http://${HOST}:${port}`;
const target: DemoTarget = {
  kind: 'live',
  url,
  frontendApi: clerk.frontendApi,
  backendApiUrl: clerk.backendApiUrl,
  publishableKey: clerk.publishableKey,
  secretKey: keys.secretKey,
  webhookSecret: keys.webhookSecret,
  user: { email: DEMO_USER.email, password: keys.password },
  auditLog: join(tmpdir(), `bench-audit-${port}.jsonl`),
};
const express = createApp(
  partsOf({
    ...target,
    origin: url,
    apiUrl: target.backendApiUrl,
    allowedOrigin: ALLOWED_ORIGIN,
  }),
);
let signIn: Rendered | undefined;
const server = createServer((request, response) => {
  if (!answer(request, response)) express(request, response);
});
server.keepAliveTimeout = 65_000;
await listen(server, port);
signIn = await render(SIGN_IN);
console.log(JSON.stringify(target));

/** A page of the Express app, kept with the nonce that it had. */
interface Rendered {
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
  readonly nonce: string;
}

/** Answers as the guards of the Express app do, without its cost; false for what it has to answer itself. */
function answer({ url: asked = '/', method, headers }: IncomingMessage, response: ServerResponse): boolean {
  const path = asked.split('?')[0] ?? asked;
  if (API.test(path)) {
    refuse(response, { 'www-authenticate': 'Bearer' });
    return true;
  }
  if (PAGE.test(path)) {
    if (headers.accept?.includes('text/html') === true)
      response.writeHead(302, { ...PRIVATE, location: `${SIGN_IN}?redirect_url=${encodeURIComponent(asked)}` }).end();
    else refuse(response, {});
    return true;
  }
  if (signIn === undefined || method !== 'GET' || !asked.startsWith(`${SIGN_IN}?redirect_url=`)) return false;
  const nonce = randomBytes(16).toString('base64');
  const policy = (signIn.headers['content-security-policy'] ?? '').replaceAll(signIn.nonce, nonce);
  response.writeHead(200, { ...signIn.headers, 'content-security-policy': policy });
  response.end(signIn.html.replaceAll(signIn.nonce, nonce));
  return true;
}

function refuse(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  response.writeHead(401, { ...PRIVATE, 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end('{"error":"unauthenticated"}');
}

async function render(path: string): Promise<Rendered> {
  const page = await fetch(url + path, { headers: { accept: 'text/html' } });
  const { 'content-length': _, connection: __, 'keep-alive': ___, ...headers } = Object.fromEntries(page.headers);
  const nonce = /'nonce-([^']+)'/.exec(headers['content-security-policy'] ?? '')?.[1];
  if (page.status !== 200 || nonce === undefined) throw new Error(`${path} answered ${page.status}`);
  return { headers, html: await page.text(), nonce };
}
