import { asset } from './files.ts';
import { signInPath } from './paths.ts';
import type { Project } from './projects.ts';
import { frontendApi } from './settings.ts';
import type { Settings } from './settings.ts';

/** What stands in `<main>` of a page; `mount` names Clerk's component to show there. */
export interface View {
  readonly title: string;
  readonly main: string;
  readonly mount?: 'sign-in' | 'sign-up';
}

/** Whom a page is rendered for. */
export interface Visitor {
  readonly nonce: string;
  readonly signedIn: boolean;
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A view in the layout of all pages. */
export function documentOf(settings: Settings, { title, main, mount }: View, { nonce, signedIn }: Visitor): string {
  const clerk = frontendApi(settings);
  const script = `<script defer crossorigin="anonymous" nonce="${nonce}"`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)} · Fernwork</title>
<link rel="icon" href="/favicon.ico">
<link rel="stylesheet" href="${asset('style.css')}">
${script} data-clerk-publishable-key="${settings.publishableKey}" src="${clerk}/npm/@clerk/clerk-js@6/dist/clerk.browser.js"></script>
${mount ? `${script} src="${clerk}/npm/@clerk/ui@1/dist/ui.browser.js"></script>` : ''}
${script} src="${asset('client.js')}"></script>
</head>
<body>
<header><a href="/">Fernwork</a> <a href="/pricing">Pricing</a> ${
    signedIn
      ? '<a href="/dashboard">Dashboard</a> <a href="/settings/billing">Billing</a> <button type="button" id="sign-out">Sign out</button>'
      : '<a href="/sign-in">Sign in</a> <a href="/sign-up">Sign up</a>'
  }</header>
<main${mount ? ` data-mount="${mount}"` : ''}>${main}</main>
</body>
</html>
`;
}

export const HOME: View = {
  title: 'Home',
  main: `<h1>Small projects, done.</h1><img src="${asset('fern.svg')}" alt="A fern leaf" width="240" height="240"><p><a href="/sign-up">Start for free</a></p>`,
};

export const PRICING: View = {
  title: 'Pricing',
  main: '<h1>Pricing</h1><ul><li>Solo: free</li><li>Team: € 8 a seat</li></ul>',
};

const WAITING = '<p role="status">Loading…</p><noscript>Signing in needs JavaScript.</noscript>';

export const SIGN_IN: View = { title: 'Sign in', main: WAITING, mount: 'sign-in' };

export const SIGN_UP: View = { title: 'Sign up', main: WAITING, mount: 'sign-up' };

/** `data-private` tells the client to watch the session. */
export function dashboard(projects: readonly Project[]): View {
  const own = projects.map(({ name }) => `<li>${escape(name)}</li>`);
  return {
    title: 'Dashboard',
    main: `<div data-private><h1>Your projects</h1><ul id="projects">${own.join('')}</ul><form id="new-project"><input name="name" aria-label="Name of the project" required maxlength="100"> <button>Add</button></form></div>`,
  };
}

export const BILLING: View = {
  title: 'Billing',
  main: '<div data-private><h1>Billing</h1><p>Team plan: 5 seats, renewed every month.</p></div>',
};

export const NOT_FOUND: View = {
  title: 'Page not found',
  main: '<h1>We could not find that page</h1><p>The link may be old. <a href="/">Back to Fernwork</a></p>',
};

/** Says nothing of the error but whose fault it was. `url` is the path asked for, with its query. */
export function errorView(code: number, url: string, signedIn: boolean): View {
  const signIn = signedIn ? '' : ` You are signed out: <a href="${escape(signInPath(url))}">sign in</a>.`;
  return {
    title: 'Error',
    main: `<h1>${code === 500 ? 'Something went wrong' : 'We could not read that address'}</h1><p><a href="${escape(url)}">Try again</a> or go <a href="/">home</a>.${signIn}</p>`,
  };
}
