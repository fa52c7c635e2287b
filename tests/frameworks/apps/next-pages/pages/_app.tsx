import '@/app/globals.css';
import { ClerkProvider } from '@clerk/nextjs';
import App from 'next/app';
import type { AppContext, AppProps } from 'next/app';
import { useRouter } from 'next/router';
import { ErrorTracking } from '@/components/error-tracking';
import { SessionBoundary } from '@/components/session-boundary';
import { SiteHeader } from '@/components/site-header';
import { BASE_PATH } from '@/lib/base-path';
import { env } from '@/lib/env';

/** What the browser must know of the deployment. */
interface Deployment {
  readonly publishableKey: string;
  readonly sentryDsn: string | null;
  readonly nonce: string | null;
}

/** Kept in the browser, which asks for nothing but props when it goes to another page. */
let kept: Deployment | undefined;

export default function FernworkApp({ Component, pageProps, ...rest }: AppProps) {
  const { deployment } = rest as unknown as { deployment: Deployment };
  if (typeof window !== 'undefined') kept ??= deployment;
  const { publishableKey, sentryDsn, nonce } = kept ?? deployment;
  const isProtected = /^\/(?:dashboard|settings)/.test(useRouter().pathname);
  const page = <Component {...pageProps} />;
  return (
    <ClerkProvider
      {...pageProps}
      publishableKey={publishableKey}
      {...(nonce && { nonce })}
      signInUrl={`${BASE_PATH}/sign-in`}
      signUpUrl={`${BASE_PATH}/sign-up`}
      signInFallbackRedirectUrl={`${BASE_PATH}/dashboard`}
      signUpFallbackRedirectUrl={`${BASE_PATH}/dashboard`}
      afterSignOutUrl={BASE_PATH}
      telemetry={false}
    >
      {sentryDsn && <ErrorTracking dsn={sentryDsn} />}
      <SiteHeader />
      <main>{isProtected ? <SessionBoundary>{page}</SessionBoundary> : page}</main>
      <footer>Fernwork: a demonstration app.</footer>
    </ClerkProvider>
  );
}

/** Runs for every page, so that none is made in advance: the policy's nonce differs for each answer. */
FernworkApp.getInitialProps = async (context: AppContext) => {
  const { req } = context.ctx;
  const deployment = req
    ? {
        publishableKey: env.publishableKey,
        sentryDsn: env.sentryDsn ?? null,
        nonce: req.headers['x-nonce'] ?? null,
      }
    : kept;
  return { ...(await App.getInitialProps(context)), deployment };
};
