import { compareVersions, isVersion, release } from './version.ts';

/** Versions from `from` up to, and without, `fixed`. */
export interface AffectedRange {
  readonly from: string;
  readonly fixed: string;
}

/** What is known to be wrong with releases of a package. */
export interface Advisory {
  /** CVE or GHSA id; for a fix that got none, the release that brought it. */
  readonly id: string;
  readonly package: string;
  readonly affected: readonly AffectedRange[];
  /** What an attacker gets. */
  readonly title: string;
  readonly url: string;
  /** `warning` for fixes that the vendor published in a changelog only. */
  readonly level: 'error' | 'warning';
}

/** Day of the last look at the advisories; later ones are unknown here. */
export const ADVISORIES_AS_OF = '2026-11-23';

/** Packages whose versions are read; those without an advisory count as watched. */
export const WATCHED = [
  'next',
  '@clerk/nextjs',
  '@clerk/backend',
  '@clerk/shared',
  '@clerk/express',
  '@clerk/fastify',
  '@clerk/astro',
  '@clerk/nuxt',
  '@clerk/remix',
  '@clerk/react-router',
  '@clerk/tanstack-react-start',
] as const;

const github = (id: string) => `https://github.com/advisories/${id}`;
const nvd = (id: string) => `https://nvd.nist.gov/vuln/detail/${id}`;
const clerkChangelog = 'https://github.com/clerk/javascript/blob/main/packages/backend/CHANGELOG.md';
const range = (from: string, fixed: string): AffectedRange => ({ from, fixed });

/** GHSA-vqx2-fgx2-5wq9 in one package. */
const routeMatcher = (name: string, ...affected: AffectedRange[]): Advisory => ({
  id: 'CVE-2026-41248',
  package: name,
  affected,
  title: 'createRouteMatcher() can be passed by a percent-encoded or doubled path, so that the guard does not see it',
  url: github('GHSA-vqx2-fgx2-5wq9'),
  level: 'error',
});

/** GHSA-w24r-5266-9c3c in one package. */
const combinedConditions = (name: string, ...affected: AffectedRange[]): Advisory => ({
  id: 'CVE-2026-42349',
  package: name,
  affected,
  title: 'has() and auth.protect() let a user pass when conditions on more than one thing are combined',
  url: github('GHSA-w24r-5266-9c3c'),
  level: 'error',
});

const next = (id: string, title: string, url: string, ...affected: AffectedRange[]): Advisory => ({
  id,
  package: 'next',
  affected,
  title,
  url,
  level: 'error',
});

/** Every floor that the pack knows. Ranges are those of the advisories' own records. */
export const ADVISORIES: readonly Advisory[] = [
  next(
    'CVE-2025-29927',
    'a header skips the middleware, and with it every guard in it',
    github('GHSA-f82v-jwr5-mffw'),
    range('12.0.0', '12.3.5'),
    range('13.0.0', '13.5.9'),
    range('14.0.0', '14.2.25'),
    range('15.0.0', '15.2.3'),
  ),
  next(
    'CVE-2025-55182',
    'React2Shell: a crafted request to a Server Function runs code on the server',
    nvd('CVE-2025-55182'),
    range('14.3.0-canary.77', '15.0.0'),
    range('15.0.0', '15.0.5'),
    range('15.1.0', '15.1.9'),
    range('15.2.0', '15.2.6'),
    range('15.3.0', '15.3.6'),
    range('15.4.0', '15.4.8'),
    range('15.5.0', '15.5.7'),
    range('16.0.0', '16.0.7'),
  ),
  next(
    'CVE-2026-44575',
    'segment and .rsc addresses of a page skip the middleware (also CVE-2026-45109)',
    nvd('CVE-2026-44575'),
    range('15.2.0', '15.5.18'),
    range('16.0.0', '16.2.6'),
  ),
  next(
    'CVE-2026-44574',
    'a query parameter overrides a dynamic route parameter after the middleware has looked at it',
    nvd('CVE-2026-44574'),
    range('15.4.0', '15.5.16'),
    range('16.0.0', '16.2.5'),
  ),
  next(
    'CVE-2026-44573',
    'data routes of the Pages Router without a locale skip the middleware',
    nvd('CVE-2026-44573'),
    range('12.2.0', '15.5.16'),
    range('16.0.0', '16.2.5'),
  ),
  next(
    'CVE-2026-64642',
    'the middleware is skipped in Turbopack builds with one locale',
    nvd('CVE-2026-64642'),
    range('16.0.0', '16.2.11'),
  ),
  next(
    'CVE-2024-51479',
    'pages directly under the root are not guarded by a middleware that looks at the path',
    nvd('CVE-2024-51479'),
    range('9.5.5', '14.2.15'),
  ),
  next(
    'CVE-2024-46982',
    'a crafted request makes a shared cache keep an answer of the Pages Router',
    nvd('CVE-2024-46982'),
    range('13.5.1', '14.2.10'),
  ),
  next(
    'CVE-2026-44578',
    'a crafted WebSocket upgrade makes a self-hosted server send requests of its own',
    nvd('CVE-2026-44578'),
    range('13.4.13', '15.5.16'),
    range('16.0.0', '16.2.5'),
  ),
  next(
    'CVE-2026-44581',
    'a nonce in the request’s policy is written into the page: cross-site scripting',
    nvd('CVE-2026-44581'),
    range('13.4.0', '15.5.16'),
    range('16.0.0', '16.2.5'),
  ),
  next(
    'CVE-2026-44572',
    'answers for one kind of request are kept in shared caches and served to another (also CVE-2026-44576, CVE-2026-44582)',
    nvd('CVE-2026-44572'),
    range('15.0.0', '15.5.16'),
    range('16.0.0', '16.2.5'),
  ),
  next(
    'GHSA-2xp9-vwfh-vxw4',
    'a crafted AVIF image runs code in the image optimiser',
    github('GHSA-2xp9-vwfh-vxw4'),
    range('15.0.0', '15.5.24'),
    range('16.0.0', '16.3.3'),
  ),
  routeMatcher('@clerk/nextjs', range('5.0.0', '5.7.6'), range('6.0.0', '6.39.2'), range('7.0.0', '7.2.1')),
  routeMatcher('@clerk/nuxt', range('1.1.0', '1.13.28'), range('2.0.0', '2.2.2')),
  routeMatcher('@clerk/astro', range('0.0.0', '1.5.7'), range('2.0.0', '2.17.10'), range('3.0.0', '3.0.15')),
  routeMatcher('@clerk/shared', range('2.20.17', '2.22.1'), range('3.0.0', '3.47.4'), range('4.0.0', '4.8.1')),
  combinedConditions('@clerk/nextjs', range('6.0.0', '6.39.3'), range('7.0.0', '7.2.4')),
  // The record gives no lower bound, but no release before 3.0.0 has a fix to go to.
  combinedConditions('@clerk/shared', range('3.0.0', '3.47.5'), range('4.0.0', '4.8.3')),
  {
    id: 'CVE-2024-22206',
    package: '@clerk/nextjs',
    affected: [range('4.7.0', '4.29.3')],
    title: 'auth() and getAuth() can take the session of another user',
    url: nvd('CVE-2024-22206'),
    level: 'error',
  },
  {
    id: 'CVE-2025-53548',
    package: '@clerk/backend',
    affected: [range('2.0.0', '2.4.0')],
    title: 'verifyWebhook() accepts every forged delivery',
    url: nvd('CVE-2025-53548'),
    level: 'error',
  },
  {
    id: '@clerk/backend 3.12.0',
    package: '@clerk/backend',
    affected: [range('3.0.0', '3.12.0')],
    title:
      'private metadata can reach the page’s state (fixed in 3.5.0), a token without azp passes authorizedParties (3.11.1), a foreign Referer skips the handshake (3.12.0)',
    url: clerkChangelog,
    level: 'warning',
  },
];

/** The advisories that a version of a package is affected by, with the release that fixes each on its own line. */
export function advisoriesFor(name: string, version: string): Array<{ advisory: Advisory; fixed: string }> {
  if (!isVersion(version)) return [];
  return ADVISORIES.filter((advisory) => advisory.package === name).flatMap((advisory) => {
    const hit = advisory.affected.find((one) => isIn(version, one));
    return hit ? [{ advisory, fixed: hit.fixed }] : [];
  });
}

/** A pre-release belongs to the line that it leads to: 15.0.0-canary.3 is as affected as 15.0.0. */
function isIn(version: string, { from, fixed }: AffectedRange): boolean {
  const lower = from.includes('-') ? version : release(version);
  return compareVersions(lower, from) >= 0 && compareVersions(version, fixed) < 0;
}
