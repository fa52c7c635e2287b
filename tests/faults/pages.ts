import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { serve } from '../support/server.ts';

/** A page that misbehaves in a browser, on loopback; every address of the target shows it. */
export interface HostilePage {
  readonly name: string;
  readonly start: () => Promise<string>;
  /** What a failing check says of it; default: that nobody can sign in, as of any page without a form. */
  readonly says?: RegExp;
}

const HTML = { 'content-type': 'text/html; charset=utf-8' };

const MEGABYTE = 1 << 20;

/** A Clerk app of which every page is this one; the browser's own requests for anything but documents find nothing. */
const pageOf =
  (body: string, others: (request: IncomingMessage, response: ServerResponse) => boolean = () => false) =>
  async (): Promise<string> => {
    const key = `pk_test_${Buffer.from(`${randomBytes(4).toString('hex')}.clerk.accounts.dev$`).toString('base64')}`;
    const document = `<!doctype html><html lang="en"><head><title>App</title>
      <meta name="clerk-publishable-key" content="${key}"></head><body><h1>Home</h1>${body}</body></html>`;
    const { origin } = await serve((request, response) => {
      if (others(request, response)) return;
      if (request.headers.accept?.includes('text/html') === true) response.writeHead(200, HTML).end(document);
      else response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
    });
    return origin;
  };

const script = (source: string): string => `<script>${source}</script>`;

const STUCK = /answers nothing for 20 seconds: a script of it never ends/;

export const HOSTILE_PAGES: readonly HostilePage[] = [
  { name: 'asks for ever', start: pageOf(script('for (;;) alert("Sign in!");')), says: STUCK },
  { name: 'asks again and again', start: pageOf(script('setInterval(() => confirm("Sure?"), 1);')) },
  {
    name: 'computes for ever once it was loaded',
    start: pageOf(script('addEventListener("load", () => setTimeout(() => { for (;;) {} }));')),
    says: STUCK,
  },
  { name: 'asks whether it may be left', start: pageOf(script('onbeforeunload = (event) => event.preventDefault();')) },
  { name: 'opens windows without end', start: pageOf(script('setInterval(() => open(location.href), 5);')) },
  {
    name: 'opens windows by links without end',
    start: pageOf(
      script(`setInterval(() => {
        const link = Object.assign(document.createElement('a'), { href: '/', target: '_blank' });
        link.click();
      }, 50);`),
    ),
    says: /opens one window after the other/,
  },
  {
    name: 'downloads files without end',
    start: pageOf(
      script(
        'setInterval(() => { const a = document.createElement("a"); a.href = "/file"; a.download = ""; a.click(); }, 20);',
      ),
      ({ url }, response) => {
        if (url !== '/file') return false;
        response
          .writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' })
          .end(Buffer.alloc(MEGABYTE));
        return true;
      },
    ),
  },
  {
    name: 'is a download',
    start: pageOf('', (_, response) => {
      response
        .writeHead(200, { 'content-type': 'application/zip', 'content-disposition': 'attachment; filename=app.zip' })
        .end('PK');
      return true;
    }),
    says: /./,
  },
  {
    name: 'registers a service worker that answers everything',
    start: pageOf(script('navigator.serviceWorker.register("/worker.js");'), ({ url }, response) => {
      if (url !== '/worker.js') return false;
      response
        .writeHead(200, { 'content-type': 'text/javascript' })
        .end('onfetch = (event) => event.respondWith(new Response("<h1>Sign in</h1>"));');
      return true;
    }),
  },
  {
    name: 'grows to 50 MB of elements',
    start: pageOf(
      script(`const rows = '<div><p>x</p></div>'.repeat(1000);
        for (let written = 0; written < ${50 * MEGABYTE}; written += rows.length)
          document.body.insertAdjacentHTML('beforeend', rows);`),
    ),
  },
  {
    name: 'grows without end',
    start: pageOf(script('setInterval(() => document.body.append("x ".repeat(5_000)), 10);')),
  },
  {
    name: 'moves on and on',
    start: pageOf(script('location.replace("/?" + Math.random());')),
    says: /stays blank/,
  },
  { name: 'never ends loading', start: pageOf('<img src="/slow">', ({ url }) => url === '/slow') },
  {
    name: 'writes to the console without end',
    start: pageOf(script('setInterval(() => { console.error("x".repeat(1000)); }, 1);')),
  },
  {
    name: 'throws without end',
    start: pageOf(script('setInterval(() => { throw new Error("x".repeat(1000)); }, 1);')),
  },
];
