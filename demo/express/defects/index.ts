import type { Defect } from '../../defects/defect.ts';
import { api } from './api.ts';
import { browsers } from './browsers.ts';
import type { MakeApp } from './change.ts';
import { exposure } from './exposure.ts';
import { inBrowser } from './in-browser.ts';
import { operation } from './operation.ts';
import { routes, sessions } from './routes.ts';
import { unusual } from './variants.ts';
import { webhooks } from './webhook.ts';

const ALL = [
  ...routes,
  ...api,
  ...webhooks,
  ...browsers,
  ...exposure,
  ...operation,
  ...sessions,
  ...inBrowser,
  ...unusual,
];

/** Every defect and variant of the Express app, by name. */
export const EXPRESS_DEFECTS: ReadonlyMap<string, Defect> = new Map(ALL.map(({ defect }) => [defect.name, defect]));

/** Names of the defects that do not show over HTTP. */
export const IN_BROWSER: ReadonlySet<string> = new Set(inBrowser.map(({ defect }) => defect.name));

/** The app that has the defect, by name. */
export const EXPRESS_APPS: ReadonlyMap<string, MakeApp> = new Map(ALL.map(({ defect, make }) => [defect.name, make]));

if (EXPRESS_DEFECTS.size !== ALL.length) throw new Error('two defects have the same name');
