import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leakIn, stackFrameIn } from '../../src/target/leaks.ts';

const STACKS: Readonly<Record<string, string>> = {
  V8: 'TypeError: x\n    at read (/srv/app/lib/session.js:18:21)',
  'a worker, whose files have no folder': 'Error: x\n    at async Object.fetch (index.js:1843:24)',
  'a bundle, by its relative path': 'Error: x\n    at handler (dist/server.mjs:12:3)',
  Python: 'File "/srv/app/views.py", line 12, in dashboard\n    raise ValueError',
  'the JVM': 'at com.example.web.UserController.show(UserController.java:42)',
  'the JVM, a module': 'at java.base/java.lang.Thread.run(Thread.java:840)',
  Go: 'panic: x\n\ngoroutine 19 [running]:\nmain.handler(0xc00012)',
  '.NET': 'at Fernwork.Web.UserController.Show(String id) in C:\\src\\Web\\UserController.cs:line 42',
  PHP: '#0 /var/www/html/app/User.php(42): User->find()',
  Ruby: "app/models/user.rb:12:in `find'",
};

describe('a stack trace', () => {
  for (const [name, text] of Object.entries(STACKS)) {
    it(`of ${name} is seen`, () => assert.notEqual(stackFrameIn(text), undefined));
    it(`of ${name} is seen in JSON`, () =>
      assert.equal(leakIn(JSON.stringify({ message: `x\n${text}` }))?.kind, 'a stack trace'));
    it(`of ${name} is seen in HTML`, () => {
      const escaped = text.replaceAll('"', '&quot;').replaceAll("'", '&#39;').replaceAll('`', '&#x27;');
      assert.notEqual(stackFrameIn(`<pre>${escaped}</pre>`), undefined);
    });
  }
  for (const text of [
    'Meet us at example.com (Berlin), line 3, in the hall',
    'Open File "New", line up',
    'Look at java.lang.Thread and at System.Linq in the guide',
    'Issue #12 /docs/php (2024): a guide; see user.rb:12',
    'Look at the example (index.js:3) and at line (see app.ts)',
    'Run it in goroutine 5 or on line 7 of index.php',
  ])
    it(`is not “${text}”`, () => assert.equal(leakIn(text), undefined));
});

describe('a path of the server', () => {
  it('is seen behind an escaped line break', () =>
    assert.match(leakIn(JSON.stringify({ e: 'Require stack:\n/var/task/x.js' }))?.text ?? '', /^\/var\/task\/x\.js/));
  it('is not one within a URL', () => assert.equal(leakIn('https://example.com/home/x.js'), undefined));
});

describe('SQL', () => {
  for (const text of [
    "You have an error in your SQL syntax; check the manual near ''",
    'near "FROM": syntax error',
    'no such column: u.emial',
    'UNIQUE constraint failed: users.email',
    'column "emial" does not exist',
    'invalid input syntax for type uuid: "x"',
    'E11000 duplicate key error collection: app.users',
  ])
    it(`is seen in “${text}”, in JSON too`, () => {
      assert.equal(leakIn(text)?.kind, 'SQL');
      assert.equal(leakIn(JSON.stringify({ error: text }))?.kind, 'SQL');
    });
  for (const text of ['The column does not exist', 'There is a syntax error near line 3', 'no such table in this café'])
    it(`is not seen in “${text}”`, () => assert.equal(leakIn(text), undefined));
});

describe('the environment', () => {
  for (const text of [
    'Missing secretKey. You can get your key at https://dashboard.clerk.com/last-active?path=api-keys.',
    'connect ECONNREFUSED 10.0.3.4:5432',
    'getaddrinfo ENOTFOUND db.internal',
  ])
    it(`is seen in “${text}”`, () => assert.equal(leakIn(text)?.kind, 'the environment'));
  for (const text of ['ENOTFOUND', '{"code":"ECONNREFUSED"}'])
    it(`is not seen in “${text}”`, () => assert.equal(leakIn(text), undefined));
});
