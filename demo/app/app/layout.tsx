import { ClerkProvider } from '@clerk/nextjs';
import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { ErrorTracking } from '@/components/error-tracking';
import { SiteHeader } from '@/components/site-header';
import { env } from '@/lib/env';
import './globals.css';

// The policy's nonce differs for each answer, so no page can be made in advance.
export const dynamic = 'force-dynamic';

export const metadata: Metadata = {
  title: { default: 'Fernwork', template: '%s · Fernwork' },
  description: 'Plan small projects with a small team.',
  icons: { icon: '/favicon.ico' },
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <ClerkProvider
          dynamic
          publishableKey={env.publishableKey}
          {...(env.clerkProxyUrl && { proxyUrl: env.clerkProxyUrl })}
          signInUrl="/sign-in"
          signUpUrl="/sign-up"
          signInFallbackRedirectUrl="/dashboard"
          signUpFallbackRedirectUrl="/dashboard"
          afterSignOutUrl="/"
          telemetry={false}
        >
          {env.sentryDsn && <ErrorTracking dsn={env.sentryDsn} />}
          <SiteHeader />
          <main>{children}</main>
          <footer>Fernwork: a demonstration app.</footer>
        </ClerkProvider>
      </body>
    </html>
  );
}
