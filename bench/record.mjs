// Preloaded into every process of a run: keeps each request that undici sends, as a line of JSON in the file BENCH_RECORD.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';

const file = process.env.BENCH_RECORD;

if (file !== undefined)
  subscribe('undici:request:create', ({ request: { origin, path, method, headers, body } }) => {
    const text =
      typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body).toString() : undefined;
    appendFileSync(file, `${JSON.stringify({ origin: String(origin), path, method, headers, body: text })}\n`);
  });
