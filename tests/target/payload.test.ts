import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { payloadOf, rscValues } from '../../src/target/payload.ts';
import { exchange } from '../support/exchange.ts';

const values = (headers: Record<string, string>, body: string) => payloadOf(exchange({ headers, body })).values;

describe('an RSC payload', () => {
  it('yields the JSON of its rows, and neither modules nor text', () => {
    const sample = '5:{"privateMetadata":1}\né{"a":2}';
    const payload = [
      '1:"$Sreact.fragment"\n2:I[123,["/_next/x.js"],"default"]\n:HL["/x.css","style"]\n',
      `3:T${Buffer.byteLength(sample).toString(16)},${sample}4:{"user":{"id":"u"}}\n`,
      '6:["$","div",null,{"children":"$3"}]\n',
    ].join('');
    assert.deepEqual(rscValues(payload), [
      '$Sreact.fragment',
      [123, ['/_next/x.js'], 'default'],
      ['/x.css', 'style'],
      { user: { id: 'u' } },
      ['$', 'div', null, { children: '$3' }],
    ]);
  });
  it('goes on after text whose length redaction has changed', () => {
    assert.deepEqual(rscValues('3:T30,a [redacted] b\n4:{"a":1}\n5:{"b":2}\n'), [{ a: 1 }, { b: 2 }]);
  });
  it('ends at rows that are cut off', () => assert.deepEqual(rscValues('1:{"a":1}\n2:{"b":'), [{ a: 1 }]));
});

describe('the payload of an answer', () => {
  it('is its body when it is JSON', () =>
    assert.deepEqual(values({ 'content-type': 'application/json' }, '{"a":1}'), [{ a: 1 }]));
  it('is the JSON of its lines', () =>
    assert.deepEqual(values({ 'content-type': 'application/x-ndjson' }, '{"a":1}\nno\n[2]\n'), [{ a: 1 }, [2]]));
  it('is the data in attributes of a page', () =>
    assert.deepEqual(values({}, '<astro-island props="{&quot;a&quot;:[0,1]}" title="[x]"></astro-island>'), [
      { a: [0, 1] },
    ]));
  it('is its rows when it is RSC', () =>
    assert.deepEqual(values({ 'content-type': 'text/x-component' }, '0:{"a":1}\n'), [{ a: 1 }]));
  it('is the data in the scripts of a page, pieced together', () => {
    const page = payloadOf(
      exchange({
        body: [
          '<script src="/x.js"></script><script id="__NEXT_DATA__" type="application/json">{"a":1}</script>',
          '<script>window.__STATE__ = {"b":2};</script><script>var c = {"d": e};</script>',
          '<script>(self.__next_f=self.__next_f||[]).push([0])</script>',
          '<script>self.__next_f.push([1,"0:{\\"f\\":"])</script><script>self.__next_f.push([1,"3}\\n"])</script>',
          '<pre>{"g":4}</pre>',
        ].join(''),
      }),
    );
    assert.deepEqual(page, { values: [{ f: 3 }, { a: 1 }, { b: 2 }], code: ['var c = {"d": e};'] });
  });
});
