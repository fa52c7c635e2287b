import { parseArgs } from 'node:util';
import { startDemo } from './demo.ts';
import { basePort, demoKeys } from './instances.ts';
import type { InstanceKind } from './instances.ts';

const USAGE = `node --import tsx demo/start.ts [--kind live|test|both] [--defects] [--proxy] [--port N] [--keep]

  --kind     which instances to start: live (default), test or both
  --defects  let requests ask for defects with the header x-demo-defect
  --proxy    reach the live instance's Frontend API through a path of the app's own origin
  --port     the first port, instead of DEMO_PORT or 4310
  --keep     stay when the process that started the demo ends`;

const KINDS: Readonly<Record<string, readonly InstanceKind[]>> = {
  live: ['live'],
  test: ['test'],
  both: ['live', 'test'],
};

/** How often the demo looks whether its parent is still there. */
const PARENT_CHECK_MS = 1000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kind: { type: 'string', default: 'live' },
      defects: { type: 'boolean', default: false },
      proxy: { type: 'boolean', default: false },
      port: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const kinds = KINDS[values.kind];
  if (!kinds) throw new Error(`--kind must be live, test or both, not ${JSON.stringify(values.kind)}`);
  if (values.port !== undefined) process.env.DEMO_PORT = values.port;
  const parent = process.ppid;

  const starting = startDemo({
    kinds,
    defects: values.defects,
    proxied: values.proxy,
    basePort: basePort(),
    keys: demoKeys(),
    say: console.log,
  });
  let closing = false;
  const close = (): void => {
    if (closing) return;
    closing = true;
    void starting
      .then((demo) => demo.close())
      .catch(() => {})
      .finally(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, close);
  if (!values.keep) setInterval(() => process.ppid === parent || close(), PARENT_CHECK_MS).unref();

  const { instances } = await starting;
  for (const { kind, url, frontendApi, proxyUrl = `https://${frontendApi}`, backendApiUrl, user } of Object.values(
    instances,
  )) {
    console.log(`${kind}: ${url} (Frontend API ${proxyUrl}, Backend API ${backendApiUrl}, user ${user.email})`);
  }
  console.log('ready');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
