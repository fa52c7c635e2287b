import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { certificateOf } from '../../target/certificate.ts';
import type { CertificateRecord } from '../../target/certificate.ts';
import { dnsRecord } from '../../target/dns.ts';
import type { DnsRecord } from '../../target/dns.ts';
import { status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext, Expectation } from '../../verify.ts';
import { judgeCertificate } from './certificate-life.ts';
import { isPublicName, registrableDomain } from '../../target/site.ts';
import { autoProxy, clerkDomain, clerkNames } from './clerk-domain.ts';
import type { ClerkDomain } from './clerk-domain.ts';
import { judgeRecord, isRecordInPlace } from './dns-records.ts';
import { frontendEnvironment } from './frontend-environment.ts';
import { judgeInstance, instanceDoubt } from './instance-settings.ts';

const DOCS = 'https://clerk.com/docs/guides/development/deployment/production';

/** What was learned about the domain. */
export interface DomainEvidence {
  /** Undefined when the pages carry no publishable key. */
  readonly domain?: ClerkDomain;
  /** `/v1/environment`. */
  readonly environment?: Exchange;
  readonly records: readonly DnsRecord[];
  readonly certificates: readonly CertificateRecord[];
  /** When it was learned, milliseconds since the epoch. */
  readonly now: number;
}

/** environment/production-domain. */
export const productionDomain = defineCheck<DomainEvidence>({
  id: 'environment/production-domain',
  async collect(context: CheckContext) {
    const { readiness, identity } = context;
    const now = Date.now();
    const none = { records: [], certificates: [], now };
    if (isDevelopment(context)) return none;
    const domain = await reachedDomain(context);
    if (!domain) return none;
    const { network } = readiness;
    const names = clerkNames(domain).filter((name) => network.dns.length > 0 || isPublicName(name));
    const origins = [identity.origin, new URL(domain.frontendApi).origin].filter((url) => url.startsWith('https:'));
    const [environment, records, certificates] = await Promise.all([
      frontendEnvironment(context, domain.frontendApi),
      Promise.all(names.map((name) => dnsRecord(name, network))),
      Promise.all([...new Set(origins)].map((origin) => certificateOf(origin, network))),
    ]);
    return { domain, environment, records, certificates, now };
  },
  judge(evidence, expectation): Judgement {
    const { domain, environment, records, certificates, now } = evidence;
    if (isDevelopment(expectation)) {
      const { profile } = expectation.readiness;
      return {
        findings: [],
        summary: '',
        inapplicable: `profile is '${profile}' and the app runs on a development instance, which has no domain of its own`,
      };
    }
    if (!domain || !environment) {
      return {
        findings: [],
        summary: '',
        unverified:
          'the target’s Clerk instance is not known: set clerk.publishableKey, or routes.signIn to a page with Clerk’s components',
      };
    }
    const unverified = doubt(evidence, expectation);
    return {
      findings: [
        ...judgeFit(domain, expectation),
        ...records.flatMap((record, index) => judgeRecord(record, index === 0 && status(environment) === 200)),
        ...certificates.flatMap((certificate) => judgeCertificate(certificate, now)),
        ...judgeInstance(environment, expectation.readiness),
      ],
      summary: proof(evidence, expectation),
      ...(unverified !== undefined && { unverified }),
    };
  },
});

/** Outside production a development instance is a choice, and it lives on a domain of Clerk's. */
function isDevelopment({ readiness, identity }: Expectation): boolean {
  return readiness.profile !== 'production' && identity.clerk.publishableKeyKind === 'test';
}

/** The way that the pages name; on vercel.app the SDK's own proxy, where it answers. */
async function reachedDomain(context: CheckContext): Promise<ClerkDomain | undefined> {
  const { target, readiness, identity } = context;
  const pages = (await target.publicPages(readiness)).map(({ final }) => final);
  const domain = clerkDomain(identity, pages);
  const proxy = autoProxy(identity.origin);
  if (!domain || domain.mode === 'proxy' || proxy === undefined || fits(domain, identity.origin)) return domain;
  const answer = await frontendEnvironment(context, proxy);
  return status(answer) === 200 ? { mode: 'proxy', frontendApi: proxy } : domain;
}

/** True when site and Frontend API are on one registrable domain, or on one host. */
function fits({ frontendApi }: ClerkDomain, origin: string): boolean {
  const [site, clerk] = [new URL(origin).hostname, new URL(frontendApi).hostname];
  return (
    site === clerk || (registrableDomain(site) !== undefined && registrableDomain(site) === registrableDomain(clerk))
  );
}

function judgeFit(domain: ClerkDomain, { identity }: Expectation): Finding[] {
  const [site, clerk] = [new URL(identity.origin).hostname, new URL(domain.frontendApi).hostname];
  if (fits(domain, identity.origin) || registrableDomain(site) === undefined) return [];
  const development = /\.(accounts\.dev|lclclerk\.com)$/.test(clerk);
  return [
    error({
      subject: clerk,
      message: `the Frontend API is at ${clerk}, which is not on the domain of ${site}`,
      expected: `clerk.${registrableDomain(site)}, a proxy path on the site, or a satellite domain`,
      cause: development
        ? 'The app runs on the keys of a development instance.'
        : 'The site moved to another domain, or the keys are those of an instance with another domain. Browsers treat the session cookies as third-party ones, and Clerk refuses the origin.',
      fix: `Add ${registrableDomain(site)} to the production instance in the Clerk Dashboard (or make it a satellite), and redeploy with the keys of that instance.`,
      docs: DOCS,
    }),
  ];
}

function proof({ domain, records, certificates }: DomainEvidence, { identity }: Expectation): string {
  if (!domain) return '';
  const { hostname } = new URL(identity.origin);
  const { host } = new URL(domain.frontendApi);
  const fit =
    registrableDomain(hostname) === undefined
      ? `${hostname} is no public name, so no domain is to be compared and no DNS record to be asked for`
      : `${host} fits ${hostname} (${domain.mode})`;
  const inPlace = records.filter(isRecordInPlace).map(({ name }) => name);
  return [
    fit,
    `the Frontend API at ${host} answers`,
    ...(inPlace.length > 0 ? [`${inPlace.join(' and ')} lead to Clerk`] : []),
    ...(certificates.length > 0 ? ['the certificates hold'] : []),
  ].join('; ');
}

function doubt(
  { domain, environment, records, certificates }: DomainEvidence,
  { readiness, identity }: Expectation,
): string | undefined {
  if (!domain || !environment) return undefined;
  const [site, clerk] = [new URL(identity.origin).hostname, new URL(domain.frontendApi).hostname];
  if (registrableDomain(site) === undefined && site !== clerk && registrableDomain(clerk) !== undefined)
    return `${site} is no public name, so nothing says whether ${clerk} is its Frontend API: run against the public URL`;
  const unasked = records.find(({ failure }) => failure !== undefined);
  if (unasked)
    return `DNS gave no answer about ${unasked.name} (${unasked.failure}): run again, or name resolvers in network.dns`;
  const unseen = certificates.find((certificate) => 'unseen' in certificate);
  if (unseen && 'unseen' in unseen)
    return `the certificate of ${unseen.host} was not seen (${unseen.unseen}): let this runner connect to it without a proxy`;
  return instanceDoubt(environment, readiness);
}
