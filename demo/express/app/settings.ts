/** Settings of the deployment. */
export interface Settings {
  /** Where users find this app, as `https://app.example.com`. */
  readonly origin: string;
  /** The one other origin whose pages may call `/api`. */
  readonly allowedOrigin: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** Clerk's Backend API. */
  readonly apiUrl: string;
  readonly webhookSecret: string;
  /** File that gets a line for each delivery that was handled. */
  readonly auditLog: string;
}

/** Clerk's Frontend API: a publishable key is `pk_<kind>_` and the base64 of its host and a `$`. */
export function frontendApi({ publishableKey }: Settings): string {
  return `https://${Buffer.from(publishableKey.split('_')[2] ?? '', 'base64')
    .toString()
    .replace(/\$$/, '')}`;
}
