import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { ADVISORIES_AS_OF, WATCHED, advisoriesFor } from '../../source/advisories.ts';
import type { Advisory } from '../../source/advisories.ts';
import { installedPackages } from '../../source/lockfiles.ts';
import type { Installed, LockedPackage } from '../../source/lockfiles.ts';
import { SourceTree } from '../../source/tree.ts';
import { compareVersions, isVersion } from '../../source/version.ts';
import { defineCheck } from '../../verify.ts';

/** What the lockfiles install, or why they cannot be read. */
export type LockedEvidence = { readonly problem: string } | { readonly installed: readonly Installed[] };

/** environment/sdk-advisories: what the lockfile installs. */
export const lockedReleases = defineCheck<LockedEvidence>({
  id: 'environment/sdk-advisories',
  part: { methods: ['source'] },
  async collect({ readiness }) {
    const source = await SourceTree.of(readiness);
    return 'problem' in source ? source : { installed: await installedPackages(source.tree) };
  },
  judge(evidence): Judgement {
    if ('problem' in evidence) return { findings: [], summary: '', unverified: evidence.problem };
    const problems = evidence.installed.flatMap((one) => ('problem' in one ? [one.problem] : []));
    const copies = evidence.installed.flatMap((one) =>
      'packages' in one ? one.packages.filter(isWatched).map((copy) => ({ ...copy, lockfile: one.lockfile })) : [],
    );
    const odd = copies.filter(({ version }) => !isVersion(version));
    const unverified = [
      ...problems,
      ...odd.map(({ name, version }) => `${name} is installed as ${version}, which is no release`),
      ...(copies.length === 0 && problems.length === 0
        ? [
            `no package of ${WATCHED.length} that are watched is in the lockfile: set project.root to the folder of the app`,
          ]
        : []),
    ];
    return {
      findings: judgeCopies(copies),
      summary: `every installed copy of ${[...new Set(copies.map(({ name }) => name))].join(', ')} is at or above every fixed release known on ${ADVISORIES_AS_OF}`,
      ...(unverified.length > 0 && { unverified: unverified.join('; ') }),
    };
  },
});

/** What the deployed app says of itself. */
export interface RunningEvidence {
  /** `window.next.version`; undefined for other frameworks. */
  readonly next?: string;
  /** The target gave itself away as a Next.js app. */
  readonly isNext: boolean;
  /** Why the page could not be opened. */
  readonly failure?: string;
}

/** Milliseconds that a page has to run its first scripts. */
const SCRIPTS_MS = 10_000;

/** environment/sdk-advisories: what the deployed app runs. */
export const runningReleases = defineCheck<RunningEvidence>({
  id: 'environment/sdk-advisories',
  part: { methods: ['browser'] },
  async collect({ tab, target, readiness }) {
    if (!tab) throw new Error('a browser tab is needed');
    const isNext = target.identity.framework === 'next';
    const path = readiness.routes.public[0] ?? target.home;
    const failure = await tab.page.goto(new URL(path, target.identity.origin).href, { waitUntil: 'commit' }).then(
      () => undefined,
      (problem: Error) => tab.redact(problem.message.split('\n')[0] ?? ''),
    );
    if (failure !== undefined) return { isNext, failure };
    const found = await tab.page
      .waitForFunction(
        () =>
          (window as { next?: { version?: string } }).next?.version ?? (document.readyState === 'complete' && 'none'),
        undefined,
        { timeout: SCRIPTS_MS },
      )
      .then((handle) => handle.jsonValue())
      .catch(() => 'none');
    return { isNext, ...(typeof found === 'string' && found !== 'none' && { next: found }) };
  },
  judge({ next, isNext, failure }): Judgement {
    if (failure !== undefined)
      return { findings: [], summary: '', unverified: `the page could not be opened: ${failure}` };
    if (next !== undefined && isVersion(next))
      return {
        findings: judgeCopies([
          { name: 'next', version: next, where: 'the deployed app', lockfile: 'window.next.version' },
        ]),
        summary: `the deployed app runs next ${next}`,
      };
    if (isNext)
      return {
        findings: [],
        summary: '',
        unverified: 'the deployed app does not say which release of Next.js it runs',
      };
    return {
      findings: [],
      summary: '',
      inapplicable: 'the deployed app is not built with Next.js, and Clerk’s SDKs do not show their release',
    };
  },
});

/** A copy of a package and who says so. */
type Copy = LockedPackage & { readonly lockfile: string };

function isWatched({ name }: LockedPackage): boolean {
  return (WATCHED as readonly string[]).includes(name);
}

/** One finding for each release that is affected, with everything that is known about it. */
function judgeCopies(copies: readonly Copy[]): Finding[] {
  const byRelease = new Map<string, Copy[]>();
  for (const copy of copies) {
    const key = `${copy.name}@${copy.version}`;
    byRelease.set(key, [...(byRelease.get(key) ?? []), copy]);
  }
  return [...byRelease.values()].flatMap((same) => {
    const [copy] = same;
    const hits = copy ? advisoriesFor(copy.name, copy.version) : [];
    return copy && hits.length > 0 ? [judgeRelease(copy, same, hits)] : [];
  });
}

function judgeRelease(
  { name, version, lockfile }: Copy,
  copies: readonly Copy[],
  hits: ReadonlyArray<{ advisory: Advisory; fixed: string }>,
): Finding {
  const worst = hits.filter(({ advisory }) => advisory.level === 'error');
  const shown = worst.length > 0 ? worst : hits;
  const floor = shown.map(({ fixed }) => fixed).reduce((a, b) => (compareVersions(a, b) < 0 ? b : a));
  const where = [...new Set(copies.map((copy) => copy.where))].slice(0, 3).join(', ');
  const parts = {
    subject: `${name} ${version}`,
    message: `${lockfile} has it at ${where}; it is affected by ${shown.map(({ advisory, fixed }) => `${advisory.id} (${advisory.title}; fixed in ${fixed})`).join(', ')}`,
    expected: `${name} ${floor} or later`,
    cause: 'An override, an old range or another dependency keeps it.',
    fix: `Update ${name} to ${floor} or later (npm why tells what asks for this copy), and deploy.`,
    docs: shown[0]?.advisory.url ?? '',
  };
  return worst.length > 0 ? error(parts) : warning(parts);
}
