import { readFileSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import { readinessProjects, withReadinessReporter } from '../config/projects.ts';
import type { ReadinessConfig } from '../config/projects.ts';
import { CHECK_RUN } from '../report/record.ts';
import { scriptFile } from '../package-files.ts';
import type { CheckRun } from './check/options.ts';
import { UsageError } from './usage-error.ts';

const file = process.env[CHECK_RUN];
if (file === undefined)
  throw new UsageError(`this configuration belongs to "clerk-readiness check", which sets ${CHECK_RUN}`);
const { options, declaredPublic, outputDir } = JSON.parse(readFileSync(file, 'utf8')) as CheckRun;

/** The test of routes/undeclared, which must not take for declared what was merely found to be open. */
const UNDECLARED = /pages that are not declared public require sign-in/;

const PROGRESS = scriptFile('src/cli/check/progress-reporter');

const [checks] = readinessProjects(options);
const [asDeclared] = readinessProjects({
  ...options,
  routes: { ...options.routes, public: [...declaredPublic] },
});

/** One target: its checks, and one of them with other options. */
export default defineConfig<ReadinessConfig>({
  outputDir,
  reporter: withReadinessReporter([[PROGRESS]]),
  projects: [
    { ...checks, grepInvert: UNDECLARED },
    { ...asDeclared, name: `${asDeclared.name ?? ''}-undeclared`, grep: UNDECLARED },
  ],
} as ReadinessConfig);
