import { startDemo } from '/work/main/demo/demo.ts';
import { demoReadiness } from '/work/main/demo/readiness.ts';
import { resolveOptions } from '/work/main/src/config/resolve.ts';
import { Target } from '/work/main/src/target/target.ts';
const demo = await startDemo({ kinds: ['live'], defects: true, say: console.log });
try {
const live = demo.instances.live!;
for (let i = 0; i < 2; i++) {
const t = await Target.connect(resolveOptions(demoReadiness(live), {}));
const s = performance.now(); const r0 = t.requests;
const d = await t.discover();
console.log(Math.round(performance.now() - s), 'ms', t.requests - r0, 'requests');
if (i) {
console.log(d.pages.map((p) => [p.path, p.route, p.visit?.final.response?.status, p.visit?.final.request.url, JSON.stringify(p.sources)].join(' ')).join('\n'));
console.log(d.endpoints, d.unprobed, d.limits);
console.log(d.scripts.map((s) => s.url + ' <- ' + s.from+' '+s.exchange.response?.status).join('\n'));
const a = await t.anonymous.get('/', { as: 'rsc' });
console.log(a.response);
}
await t.close();
}
} finally { await demo.close(); }
