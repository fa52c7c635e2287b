import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { DEFECTS } from '../demo/defects/index.ts';
import type { DemoTarget } from '../demo/instances.ts';
import { createCertificate } from '../demo/net/certificate.ts';
import { closeServer, HOST, listen } from '../demo/net/listen.ts';
import { demoReadiness } from '../demo/readiness.ts';
import { median } from '../src/median.ts';
import { run as command } from '../tests/package/support/consumer.ts';
import type { Team } from './consumer.ts';
import { timedOk } from './process.ts';

/** Defects of the demo that a scanner from outside could see, whatever it is made for. */
const SEEDED = [
  'csp-absent',
  'csp-script-wildcard',
  'csp-constant-nonce',
  'hsts-absent',
  'nosniff-absent',
  'framable',
  'session-readable',
  'cors-reflect',
  'bypass-subrequest',
  'dotenv',
] as const;

/** What a scanner said of a target; sorted lines of its own making. */
type Said = readonly string[];

interface Scanner {
  readonly name: string;
  /** What it looks at, in a few words. */
  readonly scope: string;
  readonly scan: (url: string) => Promise<Said>;
}

/** A scanner beside ours. */
export interface PeerResult {
  readonly name: string;
  readonly scope: string;
  /** Median of one scan, in milliseconds. */
  readonly ms: number;
  /** Names of the seeded defects that it found. */
  readonly found: readonly string[];
}

export interface Peers {
  /** What was seeded. */
  readonly seeded: ReadonlyArray<{ readonly name: string; readonly title: string }>;
  readonly results: readonly PeerResult[];
  /** Scanners that could not be run here, and why. */
  readonly missing: readonly string[];
}

/**
 * Scans the demo with each seeded defect. A defect counts as found by a peer when the scan says anything that it does not
 * say of the clean demo, and by ours when the check of that defect fails.
 */
export async function peers(team: Team, instance: DemoTarget): Promise<Peers> {
  const folder = mkdtempSync(join(tmpdir(), 'readiness-peers-'));
  try {
    const missing: string[] = [];
    const scanners = [
      await observatory(folder).catch((failure: Error) => void missing.push(failure.message)),
      await evaluator(folder).catch((failure: Error) => void missing.push(failure.message)),
      wapiti(folder) ?? void missing.push('wapiti: not installed (Debian: `apt-get install wapiti`)'),
    ].filter((scanner) => scanner !== undefined);
    const results: PeerResult[] = [await ours(team, instance)];
    for (const scanner of scanners) results.push(await measure(scanner, instance));
    const seeded = SEEDED.map((name) => ({ name, title: DEFECTS.get(name)?.title ?? name }));
    return { seeded, results, missing };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ours(team: Team, instance: DemoTarget): Promise<PeerResult> {
  const times: number[] = [];
  const found: string[] = [];
  for (const name of SEEDED) {
    const defect = DEFECTS.get(name);
    if (!defect) throw new Error(`no defect is called ${name}`);
    const options = demoReadiness(instance);
    const project = await team.project(`peers-${name}`, { ...options, headers: { 'x-demo-defect': name } });
    // Anonymous HTTP only, as the peers: no session and no browser.
    const args = ['--grep-invert', '@browser|@signed-in|@burst|@writes|@source|@attestation'];
    times.push((await project.tryOut(args)).ms);
    if (project.report().checks.some(({ id, status }) => id === defect.check && status === 'fail')) found.push(name);
  }
  return { name: 'clerk-readiness', scope: 'every anonymous HTTP check', ms: median(times), found };
}

async function measure({ name, scope, scan }: Scanner, instance: DemoTarget): Promise<PeerResult> {
  const times: number[] = [];
  const scanWith = async (defect?: string): Promise<Said> => {
    const relay = await startRelay(instance.url, defect);
    try {
      const started = performance.now();
      const said = await scan(relay.url);
      times.push(performance.now() - started);
      return said;
    } finally {
      await relay.close();
    }
  };
  const clean = new Set(await scanWith());
  const found: string[] = [];
  for (const defect of SEEDED) {
    const said = await scanWith(defect);
    if (said.some((line) => !clean.has(line))) found.push(defect);
  }
  return { name, scope, ms: median(times), found };
}

/** Stands before the demo and asks it for a defect, for clients that cannot send a header of their own. */
async function startRelay(origin: string, defect?: string): Promise<{ url: string; close(): Promise<void> }> {
  const { key, cert } = await createCertificate();
  const agent = new Agent({ connect: { rejectUnauthorized: false } });
  const server = createServer({ key, cert }, (request, response) => {
    const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = request.headers;
    const options = {
      origin,
      path: request.url ?? '/',
      method: request.method as 'GET',
      headers: { ...headers, ...(defect !== undefined && { 'x-demo-defect': defect }) },
      body: request.method === 'GET' || request.method === 'HEAD' ? null : request,
    };
    agent
      .stream(options, ({ statusCode, headers: answered }) => {
        const { connection: _, 'transfer-encoding': __, 'keep-alive': ___, ...rest } = answered;
        return response.writeHead(statusCode, rest);
      })
      .catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  return {
    url: `https://${HOST}:${port}`,
    close: async () => {
      await closeServer(server);
      await agent.close();
    },
  };
}

async function install(folder: string, name: string): Promise<string> {
  const place = join(folder, name.replace(/\W/g, '-'));
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{ "private": true, "type": "module" }');
  // Without scripts: those of the Observatory download lists from hosts that a machine without internet cannot reach.
  const { code, output } = await command(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', name],
    place,
  );
  if (code === 0) return place;
  throw new Error(`${name}: could not be installed (${output.trim().split('\n').at(-1)})`);
}

async function observatory(folder: string): Promise<Scanner> {
  const name = '@mdn/mdn-http-observatory';
  const place = await install(folder, name);
  const root = join(place, 'node_modules', name);
  // The list of preloaded hosts comes from the network; no loopback address is on it.
  const list = join(root, 'conf/hsts-preload.json');
  if (!existsSync(list)) writeFileSync(list, '{}');
  return {
    name,
    scope: 'the home page, robots.txt and one preflight',
    // The command, without the wrapper that only adds authorities to trust.
    scan: async (url) => {
      const { output } = await timedOk([join(root, 'src/scan.js'), new URL(url).host], { cwd: place });
      const { tests } = JSON.parse(output.slice(output.indexOf('{'))) as { tests: Record<string, { result: string }> };
      return Object.entries(tests).map(([test, { result }]) => `${test}: ${result}`);
    },
  };
}

async function evaluator(folder: string): Promise<Scanner> {
  const name = 'csp_evaluator';
  const place = await install(folder, name);
  const script = join(place, 'scan.mjs');
  writeFileSync(
    script,
    `import { CspEvaluator } from 'csp_evaluator';
     import { CspParser } from 'csp_evaluator/dist/parser.js';
     process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
     const policy = (await fetch(process.argv[2])).headers.get('content-security-policy');
     const findings = policy === null ? [{ description: 'no policy' }] : new CspEvaluator(new CspParser(policy).csp).evaluate();
     const lines = findings.map(({ severity, directive, description }) => [severity, directive, description].join(' '));
     console.log(JSON.stringify(lines));`,
  );
  return {
    name,
    scope: 'the policy of the home page',
    scan: async (url) => {
      const { output } = await timedOk([script, url], { cwd: place });
      return JSON.parse(output.slice(output.lastIndexOf('\n[') + 1)) as string[];
    },
  };
}

function wapiti(folder: string): Scanner | undefined {
  const { status, stdout } = spawnSync('wapiti', ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const version = stdout.trim().split('\n').at(-1)?.split(' ').at(-1) ?? '';
  return {
    name: `wapiti ${version}`,
    scope: 'a crawl; its modules csp, http_headers, cookieflags, backup and htaccess',
    scan: async (url) => {
      const file = join(folder, 'wapiti.json');
      rmSync(file, { force: true });
      const modules = 'csp,http_headers,cookieflags,backup,htaccess';
      const options = ['--verify-ssl', '0', '--flush-session', '--store-session', folder];
      const args = ['-u', `${url}/`, '-m', modules, ...options, '-f', 'json', '-o', file];
      const { output } = await command('wapiti', args, folder);
      if (!existsSync(file)) throw new Error(`wapiti wrote no report: ${output}`);
      const { vulnerabilities } = JSON.parse(readFileSync(file, 'utf8')) as {
        vulnerabilities: Record<string, Array<{ info: string; path: string }>>;
      };
      return Object.entries(vulnerabilities).flatMap(([kind, all]) =>
        all.map(({ info, path }) => `${kind}: ${info} at ${path}`),
      );
    },
  };
}
