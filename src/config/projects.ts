import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from '@playwright/test';
import type { PlaywrightTestConfig, PlaywrightTestOptions, PlaywrightWorkerOptions, Project } from '@playwright/test';
import type { ReadinessWorkerFixtures } from '../../fixtures/index.ts';
import { scriptFile, scriptFolder } from '../package-files.ts';
import { METADATA_KEY } from '../report/record.ts';
import type { TargetMetadata } from '../report/record.ts';
import { runId } from '../user/tag.ts';
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

const SPECS_DIR = scriptFolder('specs');
const REPORTER = scriptFile('src/report/reporter');

/** Milliseconds for a whole run; when they are over, Playwright ends it and the verdict is NOT READY. */
const RUN_TIMEOUT_MS = 30 * 60_000;

/** Milliseconds for one check; a browser check needs several page loads. */
const CHECK_TIMEOUT_MS = 90_000;

/**
 * Playwright projects for one target: one, with its checks. The first check of each worker connects; when the target
 * cannot be judged, no other runs and the run fails with one message.
 * Spread it beside your own, and add `['clerk-readiness/reporter']` to the reporters.
 * Spec files of your own, with checks or with `registerSpecs`, are a copy of the project with your folder.
 * @example projects: [...own, ...readinessProjects({ baseURL: 'https://staging.example.com' })]
 * @example const [checks] = readinessProjects(options); projects: [checks, { ...checks, name: 'own', testDir: './readiness' }]
 * @throws ReadinessConfigError naming the option and the fix.
 */
export function readinessProjects(options: ReadinessOptions = {}): [checks: ReadinessProject] {
  const readiness = resolveOptions(options);
  if (!existsSync(SPECS_DIR))
    throw new ReadinessConfigError(
      `the specs of clerk-readiness are missing at ${SPECS_DIR}: install the package again`,
    );
  // Workers have the environment of this process, so that they all name the same run.
  runId();
  return [project(options, readiness)];
}

/**
 * A whole Playwright configuration for one target.
 * @param options see {@link ReadinessOptions}
 * @param config any Playwright configuration; its projects stay beside ours, its reporters replace `list`
 * @example export default defineReadinessConfig({ baseURL: process.env.READINESS_BASE_URL })
 * @throws ReadinessConfigError naming the option and the fix.
 */
export function defineReadinessConfig(options: ReadinessOptions = {}, config: ReadinessConfig = {}): ReadinessConfig {
  // Beside a list of projects Playwright runs no others.
  const own = config.projects ?? ((config.testDir ?? config.testMatch) === undefined ? [] : [{ name: 'app' }]);
  return defineConfig<PlaywrightTestOptions, WorkerUse>({
    globalTimeout: RUN_TIMEOUT_MS,
    ...config,
    reporter: withReadinessReporter(config.reporter),
    projects: uniqueNames([...own, ...readinessProjects(options)]),
  });
}

/** Adds our reporter to whatever reporters there are; alone it prints everything itself. */
export function withReadinessReporter(
  reporter: ReadinessConfig['reporter'],
): Exclude<ReadinessConfig['reporter'], string | undefined> {
  const given = typeof reporter === 'string' ? [[reporter] as [string]] : (reporter ?? []);
  // Named as well, it would say everything twice.
  const others = given.filter(([name]) => name !== 'clerk-readiness/reporter');
  return [...others, [REPORTER]] as Exclude<ReadinessConfig['reporter'], string | undefined>;
}

function project(options: ReadinessOptions, readiness: Readiness): ReadinessProject {
  const metadata: TargetMetadata = {
    name: readiness.name,
    baseURL: readiness.baseURL,
    profile: readiness.profile,
    mode: readiness.mode,
    strict: readiness.strict,
    reportDir: readiness.report.dir,
    reportFormats: readiness.report.formats,
    ...(readiness.report.compare !== undefined && { compareWith: readiness.report.compare }),
    ...(readiness.waiverFile !== undefined && { waiverFile: resolve(readiness.waiverFile) }),
  };
  return {
    name: readiness.name,
    testDir: SPECS_DIR,
    testMatch: /\.spec\.[jt]s$/,
    // Top-level settings of a consumer would flow into our projects and could empty them without a word.
    testIgnore: [],
    grep: /.*/,
    grepInvert: [],
    respectGitIgnore: false,
    fullyParallel: true,
    timeout: CHECK_TIMEOUT_MS,
    metadata: { [METADATA_KEY]: metadata },
    use: {
      readinessOptions: keptOutOfReports(options),
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
 * Playwright's `json` reporter writes what projects use into its file; options hold passwords and keys. Workers read the
 * configuration themselves, so nothing needs the options as JSON. In place, because the same object is often given to a
 * project of the consumer's own as well.
 */
function keptOutOfReports(options: ReadinessOptions): ReadinessOptions {
  const toJSON = () => ({ ...(options.baseURL !== undefined && { baseURL: options.baseURL }) });
  const unseen = { value: toJSON, enumerable: false, configurable: true };
  return Object.defineProperty(Object.isExtensible(options) ? options : { ...options }, 'toJSON', unseen);
}

function uniqueNames(projects: ReadinessProject[]): ReadinessProject[] {
  const names = projects.map(({ name }) => name);
  const twice = names.find((name, index) => name !== undefined && names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new ReadinessConfigError(`two projects are called "${twice}": give each target a name of its own`);
  return projects;
}
