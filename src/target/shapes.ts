import type { HeaderList } from './exchange.ts';

/**
 * The ways a browser or a program asks for a page. Clerk's guard decides by these headers
 * (`@clerk/nextjs` protect(): Accept, Sec-Fetch-Dest, RSC and Next-Action), so a guard is proven in each of them.
 */
export type Shape = 'document' | 'fetch' | 'rsc' | 'prefetch' | 'server-action' | 'api' | 'plain';

/** Headers of each shape; the method and the body are the caller's. */
export const SHAPES: Readonly<Record<Shape, HeaderList>> = {
  document: [
    ['accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
    ['sec-fetch-dest', 'document'],
    ['sec-fetch-mode', 'navigate'],
    ['sec-fetch-site', 'none'],
    ['sec-fetch-user', '?1'],
    ['upgrade-insecure-requests', '1'],
  ],
  fetch: [
    ['accept', '*/*'],
    ['sec-fetch-dest', 'empty'],
    ['sec-fetch-mode', 'cors'],
    ['sec-fetch-site', 'same-origin'],
  ],
  rsc: [
    ['accept', '*/*'],
    ['rsc', '1'],
    ['sec-fetch-dest', 'empty'],
    ['sec-fetch-mode', 'cors'],
    ['sec-fetch-site', 'same-origin'],
  ],
  prefetch: [
    ['accept', '*/*'],
    ['rsc', '1'],
    ['next-router-prefetch', '1'],
    ['sec-fetch-dest', 'empty'],
  ],
  'server-action': [
    ['accept', 'text/x-component'],
    // An id of the right form that no build has, so that no action can run.
    ['next-action', '00'.repeat(21)],
    ['content-type', 'text/plain;charset=UTF-8'],
  ],
  api: [
    ['accept', 'application/json'],
    ['sec-fetch-dest', 'empty'],
    ['sec-fetch-mode', 'cors'],
    ['sec-fetch-site', 'same-origin'],
  ],
  plain: [],
};
