import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contains } from '../../src/areas/routes/shared.ts';
import { exchange } from '../support/exchange.ts';

const TEXT = 'Übersicht: "42" & <more>';

describe('a text is in an answer', () => {
  for (const [name, type, body] of [
    ['as it is', 'text/plain', TEXT],
    ['escaped for HTML', 'text/html', '<p>Übersicht: "42" &amp; &lt;more&gt;</p>'],
    ['with named entities', 'text/html', '<p>&Uuml;bersicht:&nbsp;&quot;42&quot; &amp; &lt;more&gt;</p>'],
    ['cut by markup', 'text/html', '<p>Übersicht: <!-- -->"<b>42</b>" &amp;\n &lt;more&gt;</p>'],
    ['in JSON', 'application/json', JSON.stringify({ a: TEXT })],
    ['in JSON of ASCII only', 'application/json', '{"a":"\\u00dcbersicht: \\"42\\" & <more>"}'],
    ['in JSON in JSON', 'text/html', `<script>push(${JSON.stringify(JSON.stringify({ a: TEXT }))})</script>`],
  ] as const)
    it(name, () => assert.ok(contains(exchange({ headers: { 'content-type': type }, body }), TEXT)));

  it('and not where its words stand apart', () =>
    assert.ok(!contains(exchange({ body: '<p>Your</p><p>projects</p>' }), 'Your projects')));
});
