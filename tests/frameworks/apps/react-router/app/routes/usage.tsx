import type { LoaderFunctionArgs, MiddlewareFunction } from 'react-router';
import { pageUser } from '../guard.ts';
import { has } from '../settings.ts';

/** No page links here; the manifest of the build names it. */
export const middleware: MiddlewareFunction<Response>[] = [
  async (args: LoaderFunctionArgs, next) => {
    if (!has('hidden-page-open')) await pageUser(args);
    return next();
  },
];

export const loader = () => null;

export default function UsagePage() {
  return (
    <>
      <h1>Usage</h1>
      <p>12 teams, 58 seats.</p>
    </>
  );
}
