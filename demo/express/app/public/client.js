// Runs on every page after Clerk's script. Pages are rendered on the server: without Clerk, all but sign-in works.
const main = document.querySelector('main');
const isPrivate = main.querySelector('[data-private]') !== null;
const here = location.pathname + location.search;

/** Puts a sentence and a link in the place of what stands in <main>. */
function replaceMain(title, text, href, label) {
  main.innerHTML = '<section role="alert"><h1></h1><p></p><a></a></section>';
  main.querySelector('h1').textContent = title;
  main.querySelector('p').textContent = text;
  Object.assign(main.querySelector('a'), { href, textContent: label });
}

function sessionExpired() {
  const signIn = `/sign-in?redirect_url=${encodeURIComponent(here)}`;
  replaceMain('Your session has expired', 'Sign in again to go on where you left off.', signIn, 'Sign in');
}

async function addProject(event) {
  event.preventDefault();
  const name = new FormData(event.target).get('name');
  const response = await fetch('/api/projects', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  if (response.status === 401) return sessionExpired();
  if (response.ok) location.reload();
}

async function start() {
  const { Clerk } = window;
  if (!Clerk) throw new Error('Clerk could not be loaded');
  await Clerk.load({
    ...(window.__internal_ClerkUICtor && { ui: { ClerkUI: window.__internal_ClerkUICtor } }),
    signInUrl: '/sign-in',
    signUpUrl: '/sign-up',
    signInFallbackRedirectUrl: '/dashboard',
    signUpFallbackRedirectUrl: '/dashboard',
    afterSignOutUrl: '/',
    telemetry: false,
  });
  if (main.dataset.mount === 'sign-in') Clerk.mountSignIn(main, { routing: 'path', path: '/sign-in' });
  if (main.dataset.mount === 'sign-up') Clerk.mountSignUp(main, { routing: 'path', path: '/sign-up' });
  // A session that ends while the page is open takes the page's content with it.
  if (isPrivate) Clerk.addListener(({ session }) => session === null && sessionExpired());
  document.querySelector('#sign-out')?.addEventListener('click', () => Clerk.signOut());
}

document.querySelector('#new-project')?.addEventListener('submit', addProject);
// A page from the browser's own cache may show what belonged to a session that has ended.
addEventListener('pageshow', ({ persisted }) => persisted && isPrivate && location.reload());
start().catch(() => {
  if (main.dataset.mount)
    replaceMain('Sign-in could not be loaded', 'Please try again in a moment.', here, 'Try again');
});
