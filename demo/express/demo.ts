import { join } from 'node:path';
import { startInstance } from '../demo.ts';
import type { Instance } from '../demo.ts';
import type { Defect } from '../defects/defect.ts';
import { demoPorts, randomKeys } from '../instances.ts';
import { createCertificate } from '../net/certificate.ts';
import { prepareScripts } from '../prepare.ts';
import { startServerProcess } from '../server-process.ts';
import { EXPRESS_DEFECTS } from './defects/index.ts';

/** A running Express demo: a production instance. */
export interface ExpressDemo extends Instance {
  close(): Promise<void>;
}

export interface ExpressDemoOptions {
  /** Whether requests may ask for defects, or the defects on offer. */
  readonly defects: boolean | ReadonlyMap<string, Defect>;
}

/** Starts the Express app on free ports, behind a front and against a Clerk of its own. */
export async function startExpressDemo({ defects }: ExpressDemoOptions): Promise<ExpressDemo> {
  await prepareScripts(() => {});
  const { instance, close } = await startInstance({
    kind: 'live',
    app: (settings) =>
      startServerProcess({
        name: 'the Express app',
        args: ['--import', 'tsx', join(import.meta.dirname, 'server.ts')],
        cwd: import.meta.dirname,
        env: {
          EXPRESS_DEMO_SETTINGS: JSON.stringify(settings),
          ...(defects && { EXPRESS_DEMO_DEFECTS: 'on' }),
        },
        ready: 'Express listens',
      }),
    defects: defects === true ? EXPRESS_DEFECTS : defects || undefined,
    certificate: await createCertificate(),
    ports: demoPorts('live', 0),
    keys: randomKeys('live'),
  });
  return { ...instance, close };
}
