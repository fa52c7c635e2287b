import type { Readiness } from '../../config/options.ts';
import { error, warning } from '../../result.ts';
import type { Finding } from '../../result.ts';
import { describe, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { jsonOf, member } from '../../target/json.ts';

/** Answers that something on the way may have given: a firewall, a rate limit, an outage. */
const UNCLEAR: readonly number[] = [0, 401, 403, 429];

/** Codes of a connection that the certificate ended; the certificate is judged by itself. */
function isUnclear(environment: Exchange): boolean {
  return UNCLEAR.includes(status(environment)) || status(environment) >= 500;
}

function instanceType(environment: Exchange): string | undefined {
  const type = member(jsonOf(environment), 'display_config', 'instance_environment_type');
  return typeof type === 'string' ? type : undefined;
}

/** Judges `/v1/environment`: what the instance says of itself. */
export function judgeInstance(environment: Exchange, { profile }: Readiness): Finding[] {
  if (isUnclear(environment)) return [];
  const docs = 'https://clerk.com/docs/guides/development/deployment/production';
  if (status(environment) !== 200) {
    return [
      error({
        subject: '/v1/environment',
        message: describe(environment),
        expected: 'status 200, without credentials, for a request with the origin of the site',
        cause:
          'Clerk knows no instance under this host, or does not know this site: the domain is not set up in the Clerk Dashboard, or the proxy leads elsewhere. clerk-js reads this first and does not start without it.',
        fix: 'Add the domain (or the proxy URL) to the production instance in the Clerk Dashboard and wait until it is verified.',
        docs,
        exchange: environment,
      }),
    ];
  }
  if (profile !== 'production') return [];
  const type = instanceType(environment);
  const settings = jsonOf(environment);
  return [
    ...(type === undefined || type === 'production'
      ? []
      : [
          error({
            subject: '/v1/environment',
            message: `the Frontend API calls its instance a ${type} instance`,
            expected: 'instance_environment_type "production"',
            cause:
              'The publishable key is that of a development instance, which has a 100-user cap and shared OAuth credentials.',
            fix: 'Create the production instance in the Clerk Dashboard, set its pk_live_ and sk_live_ keys in the hosting environment and redeploy.',
            docs,
            exchange: environment,
          }),
        ]),
    ...(member(settings, 'auth_config', 'test_mode') === true
      ? [
          error({
            subject: 'test mode',
            message:
              'test mode is on: code 424242 signs anyone in to every account whose e-mail address contains +clerk_test',
            expected: 'test_mode false in production',
            cause: 'Test mode was turned on in the production instance, as for end-to-end tests, and left on.',
            fix: 'Turn test mode off under Settings of the production instance in the Clerk Dashboard, and sign tests in with tokens instead.',
            docs: 'https://clerk.com/docs/guides/development/testing/test-emails-and-phones',
            exchange: environment,
          }),
        ]
      : []),
    ...(member(settings, 'maintenance_mode') === true
      ? [
          warning({
            subject: 'maintenance mode',
            message: 'the instance is in maintenance mode',
            expected: 'maintenance_mode false',
            cause: 'Clerk works on the instance, and some requests are refused meanwhile.',
            fix: 'Look at https://status.clerk.com and run again.',
            docs,
            exchange: environment,
          }),
        ]
      : []),
  ];
}

/** Why the instance was not seen; undefined when it was. */
export function instanceDoubt(environment: Exchange, { profile }: Readiness): string | undefined {
  if (isUnclear(environment)) return `${describe(environment)}: let this runner reach the Frontend API`;
  return profile === 'production' && status(environment) === 200 && instanceType(environment) === undefined
    ? `${describe(environment)} without instance_environment_type, so nothing says that this is a production instance`
    : undefined;
}
