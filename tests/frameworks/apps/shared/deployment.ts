import type { Settings } from './settings.ts';

/** What the process of an app is told when it starts. */
export interface Deployment {
  readonly port: number;
  readonly settings: Settings;
  /** How the app is to differ from the plain, correct one. */
  readonly deviation: string | undefined;
}

export function deployment(): Deployment {
  const { port, ...settings } = JSON.parse(process.env['APP_SETTINGS'] ?? '{}') as Settings & { port: number };
  return { port, settings, deviation: process.env['APP_DEVIATION'] };
}
