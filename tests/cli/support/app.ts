import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';

/** Answers of an app by path, for GET unless the key begins with another method; all other paths are 404. */
export type Answers = Readonly<Record<string, Answer>>;

/** A page as HTML, a redirect, JSON with a status, or a status alone. */
export type Answer =
  | { readonly page: string }
  | { readonly to: string }
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/** A server that answers so. */
export function app(answers: Answers, other: Answer = { status: 404 }): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://app');
    const key = request.method === 'GET' || request.method === 'HEAD' ? pathname : `${request.method} ${pathname}`;
    const answer = answers[key] ?? other;
    if ('page' in answer) {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(`<!doctype html><html lang="en"><title>Acme</title><body>${answer.page}</body></html>`);
    } else if ('to' in answer) {
      response.writeHead(307, { location: `${answer.to}?redirect_url=${encodeURIComponent(pathname)}` }).end();
    } else if ('json' in answer) {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.json));
    } else {
      response.writeHead(answer.status, { 'content-type': 'text/plain', ...answer.headers }).end(`${answer.status}`);
    }
  };
}

/** A small app with Clerk, all of it in the usual places. */
export const USUAL: Answers = {
  '/': {
    page: `<a href="/pricing">Pricing</a><a href="/team/board">Board</a>
      <script data-clerk-publishable-key="${publishableKey()}"></script>
      <script>fetch('/api/invoices/open')</script>`,
  },
  '/pricing': { page: 'Prices' },
  '/sign-in': { page: '<form>Sign in</form><a href="/sign-up">Sign up</a>' },
  '/sign-up': { page: '<form>Sign up</form>' },
  '/dashboard': { to: '/sign-in' },
  '/team/board': { to: '/sign-in' },
  '/api/me': { status: 401, json: { error: 'unauthenticated' } },
  '/api/invoices/open': { status: 401, json: { error: 'unauthenticated' } },
  'POST /api/webhooks/clerk': { status: 400, json: { error: 'invalid signature' } },
  '/api/health': { status: 200, json: { status: 'ok', clerk: 'ok' } },
};

/** Random, and of no real instance. */
function publishableKey(): string {
  return `pk_test_${Buffer.from(`${randomBytes(4).toString('hex')}.clerk.accounts.dev$`).toString('base64')}`;
}
