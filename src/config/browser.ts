import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
] as const;

/** Where Windows has Chrome, for all users or for one. */
const WINDOWS_FOLDERS = ['PROGRAMFILES', 'LOCALAPPDATA'];

/** Debian's Chromium without a window, which opens pages in less than half the time of the whole browser. */
const SYSTEM_SHELL = '/usr/bin/chromium-headless-shell';

/** Keeps a browser from calling its maker; where the network is closed, these calls delay every page. */
const QUIET_ARGUMENTS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** What Playwright turns off itself (1.65); of several lists Chromium takes the last one, so ours must hold these too. */
const OFF_IN_PLAYWRIGHT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'msForceBrowserSignIn',
  'msEdgeUpdateLaunchServicesPreferredVersion',
];

/** Pages of a desktop browser's own address bar: each window loads two, which takes longer than a page of an app. */
const ADDRESS_BAR = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];

/** A desktop browser has windows even where nobody sees them; Playwright's headless shell has none. */
const DESKTOP_ARGUMENTS = [`--disable-features=${[...OFF_IN_PLAYWRIGHT, ...ADDRESS_BAR].join(',')}`];

/**
 * Launch options of the first browser there is: the environment variable, Playwright's own, Chrome, Chromium.
 * @param resolve addresses instead of DNS, as in `network.resolve`
 */
export function browserLaunchOptions(
  env: NodeJS.ProcessEnv = process.env,
  resolve: Readonly<Record<string, string>> = {},
): LaunchOptions {
  const executablePath = browserExecutable(env);
  const rules = Object.entries(resolve).map(
    ([host, address]) => `MAP ${host} ${address.includes(':') ? `[${address}]` : address}`,
  );
  return {
    args: [
      ...QUIET_ARGUMENTS,
      ...(executablePath === undefined ? [] : DESKTOP_ARGUMENTS),
      ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(', ')}`] : []),
    ],
    ...(executablePath !== undefined && { executablePath }),
  };
}

/** Path of a browser other than the one that Playwright launches by itself; undefined when that one is to be used, present or not. */
export function browserExecutable(
  env: NodeJS.ProcessEnv = process.env,
  own: string = chromium.executablePath(),
): string | undefined {
  const named = env[BROWSER_VARIABLE];
  if (named !== undefined && named !== '') return named;
  if (existsSync(headlessShell(own))) return undefined;
  // Where there is a screen, somebody may want to watch (--headed).
  const watched = env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined;
  const system = watched ? [...SYSTEM_BROWSERS, SYSTEM_SHELL] : [SYSTEM_SHELL, ...SYSTEM_BROWSERS];
  const windows = WINDOWS_FOLDERS.flatMap((name) =>
    env[name] === undefined ? [] : join(env[name], 'Google/Chrome/Application/chrome.exe'),
  );
  return [own, ...windows, ...system].find((path) => existsSync(path));
}

/** Says how to get a browser; undefined when there is one. */
export function missingBrowser(
  executablePath: string | undefined,
  own: string = chromium.executablePath(),
): string | undefined {
  const present =
    executablePath === undefined ? existsSync(headlessShell(own)) || existsSync(own) : existsSync(executablePath);
  if (present) return undefined;
  return `No browser at ${executablePath ?? own}. Run "npx playwright install chromium", or set ${BROWSER_VARIABLE} to the path of a Chromium or Chrome.`;
}

/** Folder of the browser that Playwright launches without a window; it is installed apart from Chromium, and may be the only one. */
function headlessShell(own: string): string {
  return own.replace(/([\\/])chromium-(\d+)[\\/].*$/, '$1chromium_headless_shell-$2');
}
