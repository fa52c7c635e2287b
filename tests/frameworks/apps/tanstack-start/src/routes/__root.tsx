import { ClerkProvider } from '@clerk/tanstack-react-start';
import { createRootRoute, HeadContent, Outlet, Scripts } from '@tanstack/react-router';
import { SiteHeader } from '../components/site-header.tsx';

export const Route = createRootRoute({
  head: () => ({
    meta: [{ charSet: 'utf-8' }, { name: 'viewport', content: 'width=device-width' }, { title: 'Fernwork' }],
    links: [
      { rel: 'icon', href: '/favicon.ico' },
      { rel: 'stylesheet', href: '/style.css' },
    ],
  }),
  component: Root,
});

function Root() {
  return (
    <html lang="en">
      <head>
        <HeadContent />
      </head>
      <body>
        <ClerkProvider
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
        <Scripts />
      </body>
    </html>
  );
}
