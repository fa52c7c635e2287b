// The floor: `node --import tsx bench/loop.ts <recorded requests> <concurrency> <requests per second>` sends what was
// recorded and reads the answers, with nothing else to do; prints the milliseconds.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';

interface Recorded {
  readonly origin: string;
  readonly path: string;
  readonly method: Dispatcher.HttpMethod;
  readonly headers: string[];
  readonly body?: string;
}

const [file = '', concurrency = '8', perSecond = '200'] = process.argv.slice(2);
const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
const requests = lines.map((line) => JSON.parse(line) as Recorded);
const lanes = Number(concurrency);
const intervalMs = 1000 / Number(perSecond);
const agent = new Agent({ connections: lanes, connect: { rejectUnauthorized: false } });
const started = performance.now();
let next = 0;

async function lane(): Promise<void> {
  for (let index = next++; index < requests.length; index = next++) {
    // As in a run, the first requests may go out together.
    const wait = started + (index + 1 - lanes) * intervalMs - performance.now();
    if (wait > 0) await delay(wait);
    const { body, ...request } = requests[index] as Recorded;
    try {
      const answer = await agent.request({ ...request, body: body ?? null });
      await answer.body.arrayBuffer();
    } catch {
      // Some probes are cut off by servers; in a run as well.
    }
  }
}

await Promise.all(Array.from({ length: lanes }, lane));
console.log(performance.now() - started);
await agent.destroy();
