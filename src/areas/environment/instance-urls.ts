import { warning } from '../../result.ts';
import type { Finding } from '../../result.ts';
import { status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { jsonOf, member } from '../../target/json.ts';
import type { Expectation } from '../../verify.ts';
import { registrableDomain } from '../../target/site.ts';

/** Addresses of the app that an instance keeps; Clerk uses them in e-mails and in its hosted pages. */
const URLS = ['home_url', 'sign_in_url', 'sign_up_url'] as const;

/** Judges the addresses in `/v1/environment`: in production they belong to the site. */
export function judgeInstanceUrls(environment: Exchange, { readiness, identity }: Expectation): Finding[] {
  if (readiness.profile !== 'production' || status(environment) !== 200) return [];
  const own = new Set([identity.origin, identity.clerk.frontendApi ?? identity.origin].map(siteOf));
  return URLS.flatMap((name) => {
    const url = member(jsonOf(environment), 'display_config', name);
    if (typeof url !== 'string' || !URL.canParse(url) || own.has(siteOf(url))) return [];
    return [
      warning({
        subject: name,
        message: `the instance says ${name} is ${url}`,
        expected: `an address on ${siteOf(identity.origin)}`,
        cause:
          'The paths of the instance were set up for another domain, as that of development, and were not changed for the launch.',
        fix: 'Correct the URL under Paths of the production instance in the Clerk Dashboard.',
        docs: 'https://clerk.com/docs/guides/development/customize-redirect-urls',
        exchange: environment,
      }),
    ];
  });
}

function siteOf(url: string): string {
  const { hostname } = new URL(url);
  return registrableDomain(hostname) ?? hostname;
}
