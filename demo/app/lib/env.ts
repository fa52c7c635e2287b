/**
 * Settings of the deployment, read when a request needs them and not when the app is built:
 * one build serves every environment. All names are listed in `.env.example`.
 */
export const env = {
  /** From the Clerk dashboard. Not `NEXT_PUBLIC_`, because that would be fixed at build time; `ClerkProvider` passes it on. */
  get publishableKey(): string {
    return required('CLERK_PUBLISHABLE_KEY');
  },
  get secretKey(): string {
    return required('CLERK_SECRET_KEY');
  },
  /** Clerk's Backend API. */
  get clerkApiUrl(): string {
    return process.env.CLERK_API_URL ?? 'https://api.clerk.com';
  },
  /** Where the browser reaches Clerk's Frontend API: a path of this app, which hands it on. Without it, Clerk's own host. */
  get clerkProxyUrl(): string | undefined {
    return process.env.CLERK_PROXY_URL || undefined;
  },
  /** Where users find this app, for example `https://app.example.com`. */
  get appOrigin(): string {
    return required('APP_ORIGIN');
  },
  /** Sentry's address of this app, public by design; error tracking is off without it. */
  get sentryDsn(): string | undefined {
    return process.env.SENTRY_DSN || undefined;
  },
  /** File that gets a line for each event that was handled; none is written without it. */
  get auditLog(): string | undefined {
    return process.env.AUDIT_LOG || undefined;
  },
  /** The one other origin whose pages may call `/api`. */
  get allowedOrigin(): string {
    return process.env.ALLOWED_ORIGIN ?? 'https://app.demo.example';
  },
};

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: see .env.example`);
  return value;
}
