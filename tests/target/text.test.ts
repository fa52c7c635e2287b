import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CookieJar } from '../../src/target/cookies.ts';
import { elements, elementsByTag, runningText, title, visibleText } from '../../src/target/html.ts';
import { stackFrameIn } from '../../src/target/leaks.ts';
import { Throttle } from '../../src/target/throttle.ts';
import { exchange } from '../support/exchange.ts';

describe('cookies', () => {
  it('stay with their exact origin', () => {
    const jar = new CookieJar();
    jar.store('https://app.example.com', ['a=1; Path=/; Domain=example.com', 'b=x=y']);
    assert.equal(jar.header('https://app.example.com'), 'a=1; b=x=y');
    assert.equal(jar.header('https://app.example.com:8443'), undefined);
    assert.equal(jar.header('http://app.example.com'), undefined);
  });
  it('are dropped when they expire and replaced when set again', () => {
    const jar = new CookieJar();
    const origin = 'https://app.example.com';
    jar.set(origin, { a: '1', b: '2', c: '3' });
    jar.store(origin, [
      'a=; Max-Age=0',
      'b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'c=4; Max-Age=60',
      '=nameless',
      'nothing',
    ]);
    assert.deepEqual(jar.get(origin), { c: '4' });
  });
});

describe('html', () => {
  const page = exchange({
    body: '<title> Home </title><style>a{}</style><h1>Hi</h1><script>var x</script><p>there&amp;then</p><template><b>no</b></template>',
  });
  it('reads title and visible text', () => {
    assert.equal(title(page), 'Home');
    assert.equal(visibleText(page), 'Hi there&then');
  });
  it('reads a sentence through its markup', () => {
    const body =
      '<title>no</title><p>Balance: <!-- --><b>42</b>&nbsp;&euro;</p>\n<script>no</script><template><i>no</i></template>';
    assert.equal(runningText(exchange({ body })).trim(), 'Balance: 42 €');
  });
  it('is parsed once and finds tags', () => {
    assert.equal(elements(page), elements(page));
    assert.equal(elementsByTag(page, 'h1')[0]?.text, 'Hi');
    assert.deepEqual(elementsByTag(exchange(), 'h1'), []);
  });
});

describe('stack frames', () => {
  for (const frame of [
    '    at handler (/app/server/index.js:10:5)',
    'at async /var/task/.next/server/app/page.js:1:2345',
    'at Object.&lt;anonymous&gt; (/srv/app/index.js:3:9)',
    '<br> &nbsp; &nbsp;at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)',
    'at file:///app/dist/server.js:5:11',
    'at node:internal/main/run_main_module:23:47',
    'at fn (webpack-internal:///(rsc)/./app/page.tsx:12:9)',
    'at run (C:\\app\\server.js:7:3)',
    '"stack":"Error: x\\n    at go (/app/a.js:1:1)"',
  ]) {
    it(`is one: ${frame.trim()}`, () => assert.ok(stackFrameIn(frame)));
  }
  for (const text of [
    'Meet us at /events/today',
    'at 10:30:15',
    'look at https://example.com:443/a',
    '{"message":"failed at step 3"}',
    '',
  ]) {
    it(`is none: ${text}`, () => assert.equal(stackFrameIn(text), undefined));
  }
});

describe('throttle', () => {
  it('goes on after a task that fails', async () => {
    const throttle = new Throttle(1, 1000);
    const failing = throttle.run(() => Promise.reject(new Error('no')));
    const next = throttle.run(() => Promise.resolve('yes'));
    await assert.rejects(failing, /no/);
    assert.equal(await next, 'yes');
  });
  it('never runs more tasks than allowed, whatever the pool of sockets allows', async () => {
    const throttle = new Throttle(3, 10_000);
    let running = 0;
    let most = 0;
    const task = async () => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => throttle.run(task)));
    assert.equal(most, 3);
  });
  it('keeps the order of arrival', async () => {
    const throttle = new Throttle(2, 1000);
    const order: number[] = [];
    await Promise.all([0, 1, 2, 3, 4].map((index) => throttle.run(async () => void order.push(index))));
    assert.deepEqual(order, [0, 1, 2, 3, 4]);
  });
});
