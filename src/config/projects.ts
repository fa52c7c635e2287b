import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import type { PlaywrightTestConfig, PlaywrightTestOptions, PlaywrightWorkerOptions, Project } from '@playwright/test';
import type { ReadinessWorkerFixtures } from '../../fixtures/index.ts';
import { METADATA_KEY } from '../report/record.ts';
import type { TargetMetadata } from '../report/record.ts';
import { browserLaunchOptions } from './browser.ts';
import { ReadinessConfigError } from './error.ts';
import type { Readiness, ReadinessOptions } from './options.ts';
import { resolveOptions } from './resolve.ts';

/** What our projects add to Playwright's `use`. */
type WorkerUse = PlaywrightWorkerOptions & Pick<ReadinessWorkerFixtures, 'readinessOptions'>;

/** A Playwright project of this pack. */
export type ReadinessProject = Project<PlaywrightTestOptions, WorkerUse>;

/** A Playwright configuration with this pack in it. */
export type ReadinessConfig = PlaywrightTestConfig<PlaywrightTestOptions, WorkerUse>;

const SPECS_DIR = fileURLToPath(new URL('../../specs', import.meta.url));
const REPORTER = fileURLToPath(
  new URL(`../report/reporter${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

/** Milliseconds for a whole run; when they are over, Playwright ends it and the verdict is NOT READY. */
const RUN_TIMEOUT_MS = 30 * 60_000;

/** Milliseconds for one check; a browser check needs several page loads. */
const CHECK_TIMEOUT_MS = 90_000;

/**
 * Playwright projects for one target: one that connects to it, and one with the checks, which runs only if that succeeds.
 * Spread them beside your own, and add `['clerk-readiness/reporter']` to the reporters.
 * For spec files of your own that call `registerSpecs`, give the second one your folder.
 * @example projects: [...own, ...readinessProjects({ baseURL: 'https://staging.example.com' })]
 * @example const [target, checks] = readinessProjects(options); projects: [target, { ...checks, testDir: './e2e' }]
 * @throws ReadinessConfigError naming the option and the fix.
 */
export function readinessProjects(
  options: ReadinessOptions = {},
): [target: ReadinessProject, checks: ReadinessProject] {
  const readiness = resolveOptions(options);
  if (!existsSync(SPECS_DIR))
    throw new ReadinessConfigError(
      `the specs of clerk-readiness are missing at ${SPECS_DIR}: install the package again`,
    );
  const setupName = `${readiness.name}-target`;
  return [
    {
      ...project(options, readiness, true),
      name: setupName,
      testMatch: /target\.setup\.[jt]s$/,
      // A retry cannot help against a wrong URL, and a flaky target is a finding.
      retries: 0,
    },
    {
      ...project(options, readiness, false),
      name: readiness.name,
      testMatch: /\.spec\.[jt]s$/,
      dependencies: [setupName],
    },
  ];
}

/**
 * A whole Playwright configuration for one target.
 * @param options see {@link ReadinessOptions}
 * @param config any Playwright configuration; its projects stay beside ours, its reporters replace `list`
 * @example export default defineReadinessConfig({ baseURL: process.env.READINESS_BASE_URL })
 * @throws ReadinessConfigError naming the option and the fix.
 */
export function defineReadinessConfig(options: ReadinessOptions = {}, config: ReadinessConfig = {}): ReadinessConfig {
  return defineConfig<PlaywrightTestOptions, WorkerUse>({
    globalTimeout: RUN_TIMEOUT_MS,
    ...config,
    reporter: withReadinessReporter(config.reporter),
    projects: uniqueNames([...(config.projects ?? []), ...readinessProjects(options)]),
  });
}

/** Adds our reporter to whatever reporters there are; alone it prints everything itself. */
export function withReadinessReporter(
  reporter: ReadinessConfig['reporter'],
): Exclude<ReadinessConfig['reporter'], string | undefined> {
  const others = typeof reporter === 'string' ? [[reporter] as [string]] : (reporter ?? []);
  return [...others, [REPORTER]] as Exclude<ReadinessConfig['reporter'], string | undefined>;
}

function project(options: ReadinessOptions, readiness: Readiness, setup: boolean): ReadinessProject {
  const metadata: TargetMetadata = {
    name: readiness.name,
    baseURL: readiness.baseURL,
    profile: readiness.profile,
    mode: readiness.mode,
    strict: readiness.strict,
    reportDir: readiness.report.dir,
    setup,
  };
  return {
    testDir: SPECS_DIR,
    // Top-level settings of a consumer would flow into our projects and could empty them without a word.
    testIgnore: [],
    grep: /.*/,
    grepInvert: [],
    respectGitIgnore: false,
    fullyParallel: true,
    timeout: CHECK_TIMEOUT_MS,
    metadata: { [METADATA_KEY]: metadata },
    use: {
      readinessOptions: unreported(options, readiness),
      ...(readiness.baseURL !== undefined && { baseURL: readiness.baseURL }),
      ignoreHTTPSErrors: readiness.network.ignoreHTTPSErrors,
      launchOptions: browserLaunchOptions(process.env, readiness.network.resolve),
      // A trace or a screenshot of a signed-in page holds tokens and personal data.
      trace: 'off',
      screenshot: 'off',
      video: 'off',
    },
  };
}

/**
 * The options with a JSON form that holds no secret: Playwright's JSON reporter writes the options of every fixture
 * into its file. Workers read the configuration themselves, so nothing else is lost.
 */
function unreported(options: ReadinessOptions, { name, baseURL, profile, mode }: Readiness): ReadinessOptions {
  return Object.defineProperty({ ...options }, 'toJSON', { value: () => ({ name, baseURL, profile, mode }) });
}

function uniqueNames(projects: ReadinessProject[]): ReadinessProject[] {
  const names = projects.map(({ name }) => name);
  const twice = names.find((name, index) => name !== undefined && names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new ReadinessConfigError(`two projects are called "${twice}": give each target a name of its own`);
  return projects;
}
