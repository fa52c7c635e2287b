import { readdirSync, readFileSync } from 'node:fs';
import { scriptsOfScript } from '../src/target/discover/script-urls.ts';
import { routesIn } from '../src/target/discover/next-routes.ts';
import { Redactor } from '../src/target/redact.ts';
import { randomBytes } from 'node:crypto';
const dir = 'demo/app/.next/static/chunks';
const r = new Redactor([{name:'clerk.secretKey', value:'sk_live_'+randomBytes(20).toString('hex')},{name:'webhook.secret', value:'whsec_'+randomBytes(24).toString('base64')}]);
const texts = readdirSync(dir).filter((f) => f.endsWith('.js')).map((f) => readFileSync(`${dir}/${f}`, 'utf8'));
texts.push('x'.repeat(2_000_000), '"' + 'a/'.repeat(200_000), ('"' + 'a'.repeat(50)).repeat(40_000), '{"a":"b",'.repeat(100000), 'sk_live_'.repeat(100000), 'A1'.repeat(500000), '"c/"+({'+'1:"a",'.repeat(100000));
for (const t of texts) {
  const ex = { request: { method: 'GET', url: 'https://a.example/_next/static/chunks/x.js', headers: [] }, response: { status: 200, headers: [], body: t, truncated: false }, durationMs: 1 };
  let s = performance.now(); const a = scriptsOfScript(ex, 'https://a.example').length; const d1 = performance.now() - s;
  s = performance.now(); routesIn(t); const d2 = performance.now() - s;
  s = performance.now(); r.secretsIn(t); const d3 = performance.now() - s;
  s = performance.now(); r.text(t); const d4 = performance.now() - s;
  console.log(t.length, 'urls', a, d1.toFixed(1), 'routes', d2.toFixed(1), 'secrets', d3.toFixed(1), 'redact', d4.toFixed(1));
}
