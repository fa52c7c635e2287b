/** Where the app is served, beside others on the same host. Next.js puts it in front of its own links, Clerk and `fetch` do not. */
export const BASE_PATH = '/portal';
