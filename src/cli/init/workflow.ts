import { inside } from './repository.ts';
import type { PackageManager, Repository } from './repository.ts';

/** How a package manager is set up, installs from its lockfile, and runs a command of a package. */
interface Commands {
  readonly setup: readonly string[];
  readonly cache?: string;
  readonly install: string;
  readonly exec: string;
}

const COREPACK = ['- run: corepack enable'];

function commandsOf({ manager, lockfile, pinsManager }: Repository): Commands {
  const commands: Readonly<Record<PackageManager, Commands>> = {
    npm: { setup: [], cache: 'npm', install: lockfile === undefined ? 'npm install' : 'npm ci', exec: 'npx' },
    pnpm: {
      setup: ['- uses: pnpm/action-setup@v5', ...(pinsManager ? [] : ['  with:', '    version: 10'])],
      cache: 'pnpm',
      install: 'pnpm install --frozen-lockfile',
      exec: 'pnpm exec',
    },
    yarn: { setup: COREPACK, install: 'yarn install --immutable', exec: 'yarn run' },
    'yarn-classic': { setup: COREPACK, cache: 'yarn', install: 'yarn install --frozen-lockfile', exec: 'yarn run -s' },
    bun: { setup: ['- uses: oven-sh/setup-bun@v2'], install: 'bun install --frozen-lockfile', exec: 'bunx' },
  };
  return commands[manager];
}

/** The command that adds packages for development. */
export function addCommand(manager: PackageManager, packages: readonly string[]): string {
  const add: Readonly<Record<PackageManager, string>> = {
    npm: 'npm install --save-dev',
    pnpm: 'pnpm add --save-dev',
    yarn: 'yarn add --dev',
    'yarn-classic': 'yarn add --dev',
    bun: 'bun add --dev',
  };
  return `${add[manager]} ${packages.join(' ')}`;
}

/** The command that runs Playwright. */
export function playwrightCommand(repository: Repository): string {
  return `${commandsOf(repository).exec} playwright`;
}

/** `.github/workflows/readiness.yml`. */
export function workflow(repository: Repository): string {
  const playwright = playwrightCommand(repository);
  const steps = installSteps(repository);
  const uploadPath = (name: string) => {
    const folder = inside(repository.top, repository.root);
    return folder === '.' ? name : `${folder}/${name}`;
  };
  return `# Written by "clerk-readiness init".
#
# Repository variables: READINESS_BASE_URL (the site that is deployed), READINESS_USER_EMAIL (a test user, optional).
# Secrets, all optional: CLERK_SECRET_KEY, CLERK_WEBHOOK_SIGNING_SECRET, VERCEL_AUTOMATION_BYPASS_SECRET.
name: readiness

on:
  pull_request:
  push:
    branches: [main, master]
  deployment_status:
  schedule:
    - cron: '17 3 * * *'
  workflow_dispatch:
    inputs:
      url:
        description: URL of the deployment to check
        required: true
        type: string
      profile:
        description: What it is
        default: production
        type: choice
        options: [production, staging, preview]

permissions:
  contents: read

env:
  READINESS_BASE_URL: \${{ inputs.url || github.event.deployment_status.environment_url || vars.READINESS_BASE_URL }}
  READINESS_PROFILE: \${{ inputs.profile || (github.event_name == 'deployment_status' && !contains(github.event.deployment_status.environment, 'roduction') && 'preview') || 'production' }}
  VERCEL_AUTOMATION_BYPASS_SECRET: \${{ secrets.VERCEL_AUTOMATION_BYPASS_SECRET }}
${defaults(repository)}
jobs:
  # Before deploying: the source tree of this commit, and the keys, against the site that is deployed now.
  gate:
    if: (github.event_name == 'pull_request' || github.event_name == 'push') && vars.READINESS_BASE_URL != ''
    runs-on: ubuntu-latest
    timeout-minutes: 15
    env:
      CLERK_SECRET_KEY: \${{ secrets.CLERK_SECRET_KEY }}
      CLERK_WEBHOOK_SIGNING_SECRET: \${{ secrets.CLERK_WEBHOOK_SIGNING_SECRET }}
    steps:
${indent(steps, 6)}
      - name: Source tree
        run: ${playwright} test --project=readiness --grep "@source" --grep-invert "@browser"
      - name: Keys
        if: \${{ !cancelled() }}
        run: ${playwright} test --project=readiness environment.spec --grep-invert "@browser|@source"

  # After deploying: the smoke checks, anonymous and without a browser, in two shards.
  smoke:
    if: github.event_name == 'workflow_dispatch' || (github.event_name == 'deployment_status' && github.event.deployment_status.state == 'success' && github.event.deployment_status.environment_url != '')
    runs-on: ubuntu-latest
    timeout-minutes: 15
    strategy:
      fail-fast: false
      matrix:
        shard: [1, 2]
    steps:
${indent(steps, 6)}
      - name: Smoke checks
        run: ${playwright} test --project=readiness --grep @readiness-smoke --shard=\${{ matrix.shard }}/2 --reporter=blob
      - uses: actions/upload-artifact@v6
        if: \${{ !cancelled() }}
        with:
          name: blob-report-\${{ matrix.shard }}
          path: ${uploadPath('blob-report')}
          retention-days: 1

  # One verdict for all shards.
  smoke-report:
    needs: smoke
    if: \${{ !cancelled() && needs.smoke.result != 'skipped' }}
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
${indent(steps, 6)}
      - uses: actions/download-artifact@v7
        with:
          pattern: blob-report-*
          path: ${uploadPath('all-blob-reports')}
          merge-multiple: true
      - name: Verdict
        run: ${playwright} merge-reports --reporter=clerk-readiness/reporter ./all-blob-reports
${indent(uploadReport(uploadPath('readiness-report'), 'readiness-report'), 6)}

  # Every night: every check that the options and secrets allow.
  nightly:
    if: github.event_name == 'schedule' && vars.READINESS_BASE_URL != ''
    runs-on: ubuntu-latest
    timeout-minutes: 60
    env:
      CLERK_SECRET_KEY: \${{ secrets.CLERK_SECRET_KEY }}
      CLERK_WEBHOOK_SIGNING_SECRET: \${{ secrets.CLERK_WEBHOOK_SIGNING_SECRET }}
      READINESS_USER_EMAIL: \${{ vars.READINESS_USER_EMAIL }}
      # "full" also writes to the deployment.
      READINESS_MODE: \${{ vars.READINESS_MODE || 'read-only' }}
    steps:
${indent(steps, 6)}
      - name: Browser
        run: ${playwright} install --with-deps chromium
      - name: All checks
        run: ${playwright} test --project=readiness
${indent(uploadReport(uploadPath('readiness-report'), 'readiness-report-nightly'), 6)}
`;
}

/** Commands run in the package, which in a monorepo is not the top. */
function defaults({ root, top }: Repository): string {
  const folder = inside(top, root);
  return folder === '.' ? '' : `\ndefaults:\n  run:\n    working-directory: ${folder}\n`;
}

function installSteps(repository: Repository): string[] {
  const { setup, cache, install } = commandsOf(repository);
  const { top, root, workspace, lockfile } = repository;
  const cached = cache !== undefined && lockfile !== undefined;
  const lockPath = inside(top, `${workspace}/${lockfile ?? ''}`);
  const needsFolder = inside(root, workspace) !== '.';
  return [
    '- uses: actions/checkout@v6',
    ...setup,
    '- uses: actions/setup-node@v6',
    '  with:',
    '    node-version: 22',
    ...(cached ? [`    cache: ${cache}`] : []),
    ...(cached && lockPath !== lockfile ? [`    cache-dependency-path: ${lockPath}`] : []),
    `- run: ${install}`,
    ...(needsFolder ? [`  working-directory: ${inside(top, workspace)}`] : []),
  ];
}

function uploadReport(path: string, name: string): string[] {
  return [
    '- uses: actions/upload-artifact@v6',
    '  if: ${{ !cancelled() }}',
    '  with:',
    `    name: ${name}`,
    `    path: ${path}`,
  ];
}

function indent(lines: readonly string[], columns: number): string {
  return lines.map((line) => ' '.repeat(columns) + line).join('\n');
}
