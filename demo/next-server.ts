import { join } from 'node:path';
import { APP_FOLDER } from './paths.ts';
import { startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

/**
 * Starts the production build. Listens on localhost, because Next.js takes an IP address for another site than its own.
 * @param folder of the app; default: the demo's
 */
export async function startNext(
  port: number,
  env: Readonly<Record<string, string>>,
  folder: string = APP_FOLDER,
): Promise<ServerProcess> {
  const next = join(folder, 'node_modules/next/dist/bin/next');
  return startServerProcess({
    name: 'next start',
    args: [next, 'start', '-H', 'localhost', '-p', String(port), '--keepAliveTimeout', '70000'],
    cwd: folder,
    env: { ...env, NEXT_TELEMETRY_DISABLED: '1' },
    ready: 'Ready in',
  });
}
