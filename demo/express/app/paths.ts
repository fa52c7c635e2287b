/** Sign-in, with the way back. A path, so that no header of a request can name another site. */
export function signInPath(back: string): string {
  return `/sign-in?redirect_url=${encodeURIComponent(back)}`;
}

/** Where `/login?next=` of the old app leads: to pages of this app only. */
export function loginPath(next: string, origin: string): string {
  const url = URL.canParse(next, origin) ? new URL(next, origin) : undefined;
  // `/.//evil.example` is a path of this app, and as an address on its own another site.
  return signInPath(url?.origin === origin ? url.pathname.replace(/^\/+/, '/') + url.search : '/dashboard');
}
