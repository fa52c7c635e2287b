import { ClerkProvider } from '@clerk/react-router';
import { clerkMiddleware, rootAuthLoader } from '@clerk/react-router/server';
import type { ReactNode } from 'react';
import { isRouteErrorResponse, Links, Meta, Outlet, Scripts, ScrollRestoration, useRouteError } from 'react-router';
import type { LoaderFunctionArgs, MetaFunction, MiddlewareFunction } from 'react-router';
import { browserHeaders } from './browser-headers.ts';
import { SiteHeader } from './components/site-header.tsx';
import { settings } from './settings.ts';

const { publishableKey, secretKey, apiUrl, origin, allowedOrigin } = settings;

export const middleware: MiddlewareFunction<Response>[] = [
  browserHeaders,
  clerkMiddleware({
    publishableKey,
    secretKey,
    apiUrl,
    signInUrl: '/sign-in',
    signUpUrl: '/sign-up',
    authorizedParties: [origin, allowedOrigin],
  }),
];

export const loader = (args: LoaderFunctionArgs) => rootAuthLoader(args);

export const meta: MetaFunction = () => [{ title: 'Fernwork' }];

export function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <link rel="icon" href="/favicon.ico" />
        <link rel="stylesheet" href="/style.css" />
        <Meta />
        <Links />
      </head>
      <body>
        {children}
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  );
}

export default function App({ loaderData }: { loaderData: Awaited<ReturnType<typeof loader>> }) {
  return (
    <ClerkProvider
      loaderData={loaderData}
      signInFallbackRedirectUrl="/dashboard"
      signUpFallbackRedirectUrl="/dashboard"
      afterSignOutUrl="/"
      telemetry={false}
    >
      <SiteHeader />
      <main>
        <Outlet />
      </main>
    </ClerkProvider>
  );
}

/** Says nothing of the error but whose fault it was. */
export function ErrorBoundary() {
  const error = useRouteError();
  const isAbsent = isRouteErrorResponse(error) && error.status === 404;
  return (
    <main>
      <h1>{isAbsent ? 'We could not find that page' : 'Something went wrong'}</h1>
      <p>
        <a href="">Try again</a> or go <a href="/">home</a>. If you were signed out, <a href="/sign-in">sign in</a>.
      </p>
    </main>
  );
}
