import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';
import type { LaunchOptions } from '@playwright/test';

/** Environment variable that names the browser to use. */
export const BROWSER_VARIABLE = 'READINESS_BROWSER';

/** Places where operating systems put a Chromium that Playwright can drive. */
const SYSTEM_BROWSERS = [
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
] as const;

/** Keeps a browser from calling its maker; where the network is closed, these calls delay every page. */
const QUIET_ARGUMENTS = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

/** Launch options of the first browser there is: the environment variable, Playwright's own, Chrome, Chromium. */
export function browserLaunchOptions(env: NodeJS.ProcessEnv = process.env): LaunchOptions {
  const executablePath = browserExecutable(env);
  return { args: QUIET_ARGUMENTS, ...(executablePath !== undefined && { executablePath }) };
}

/** Path of a browser other than Playwright's own; undefined when that one is to be used, present or not. */
export function browserExecutable(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env[BROWSER_VARIABLE];
  if (named !== undefined && named !== '') return named;
  if (existsSync(chromium.executablePath())) return undefined;
  return SYSTEM_BROWSERS.find((path) => existsSync(path));
}

/** Says how to get a browser; undefined when there is one. */
export function missingBrowser(executablePath: string | undefined): string | undefined {
  const path = executablePath ?? chromium.executablePath();
  if (existsSync(path)) return undefined;
  return `No browser at ${path}. Run "npx playwright install chromium", or set ${BROWSER_VARIABLE} to the path of a Chromium or Chrome.`;
}
