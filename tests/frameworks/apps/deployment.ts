import type { Settings } from './settings.ts';

/** What the process of an app is told when it starts. */
export interface Deployment {
  readonly port: number;
  readonly settings: Settings;
  /** What is to be wrong with the app. */
  readonly defect: string | undefined;
}

export function deployment(): Deployment {
  const { port, ...settings } = JSON.parse(process.env['APP_SETTINGS'] ?? '{}') as Settings & { port: number };
  return { port, settings, defect: process.env['APP_DEFECT'] };
}
