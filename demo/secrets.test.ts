import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import type { ReadinessOptions } from '../src/index.ts';
import { Consumer } from './consumer.ts';
import { startDemo } from './demo.ts';
import type { Demo, Instance } from './demo.ts';

/** A page of the worker's session, and a sign-in in the page itself. */
const SPEC = `
  test('signed in', async ({ signedInPage, tab, testUser }) => {
    await signedInPage.goto('/dashboard');
    const other = await tab.fresh();
    await other.page.goto('/sign-in');
    await testUser.signIn(other);
    const stored = await other.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    appendFileSync('stored', stored + JSON.stringify(await other.context.storageState()) + '\\n');
    await signedInPage.evaluate(() => 'this is recorded');
  });`;

type Way = 'a ticket' | 'a password' | 'an ephemeral user';

/** Every way on some kind of instance; the kinds differ in what pages send to Clerk. */
const RUNS = [
  ['live', 'an ephemeral user'],
  ['live', 'a password'],
  ['test', 'a ticket'],
] as const;

/** Everything is recorded that Playwright can record. */
const RECORDED = { trace: 'on', screenshot: 'on' };

const WAYS: Readonly<Record<Way, (instance: Instance) => Partial<ReadinessOptions>>> = {
  'a ticket': ({ user: { email } }) => ({ session: { user: { email } } }),
  'a password': ({ user }) => ({ session: { user: { ...user, password: 'from the environment' } } }),
  'an ephemeral user': () => ({ session: { user: 'ephemeral' }, mode: 'full' }),
};

describe('what a recorded run leaves', () => {
  let demo: Demo;
  before(async () => {
    demo = await startDemo({ kinds: ['live', 'test'], defects: false });
  });
  after(() => demo.close());

  for (const [kind, way] of RUNS) {
    test(`holds no secret key, ticket or password: ${kind} instance, by ${way}`, async () => {
      const instance = demo.instances[kind];
      assert.ok(instance);
      const consumer = new Consumer(
        instance,
        { ...WAYS[way](instance), profile: kind === 'live' ? 'production' : 'staging' },
        SPEC,
        RECORDED,
      );
      try {
        const passwords = new Set([instance.user.password]);
        const ticketsBefore = instance.clerk.tickets().length;
        const run = consumer.start(['--grep', 'signed in|signing in leads back']);
        const watch = setInterval(() => {
          for (const { password } of instance.clerk.users()) if (password !== undefined) passwords.add(password);
        }, 50);
        const { code, output } = await run.done;
        clearInterval(watch);
        assert.equal(code, 0, output);
        assert.match(output, /2 passed/);
        const texts = [
          ['the output', output] as const,
          ...[...consumer.files()].flatMap(([name, file]) => textsOf(name, file).map((text) => [name, text] as const)),
        ];
        const holding = (secret: string) => texts.flatMap(([name, text]) => (text.includes(secret) ? [name] : []));
        // The controls: traces are read, with what was evaluated and sent; the report and the storage are there.
        assert.ok(holding('this is recorded').some((name) => name.endsWith('trace.zip')));
        assert.ok(holding('/v1/client').some((name) => name.endsWith('trace.zip')));
        assert.ok(holding('session/expired-return').some((name) => name.endsWith('report.json')));
        assert.ok(consumer.lines('stored').some((line) => line.includes('__session')));

        const tickets = instance.clerk.tickets().slice(ticketsBefore);
        assert.equal(tickets.length > 0, way !== 'a password');
        assert.ok(way !== 'an ephemeral user' || passwords.size > 1);
        for (const secret of [instance.secretKey, ...tickets, ...passwords])
          assert.deepEqual(holding(secret), [], `${secret.slice(0, 8)}… is in what the run left`);
        assert.deepEqual(instance.clerk.openSessions(), []);
      } finally {
        consumer.remove();
      }
    });
  }
});

/** A file's text, and that of every file in it where it is an archive or carries one, as Playwright's report does. */
function textsOf(name: string, file: Buffer): string[] {
  const text = file.toString('latin1');
  const embedded = [...text.matchAll(/data:application\/zip;base64,([A-Za-z0-9+/=]+)/g)];
  const archives = [
    ...(name.endsWith('.zip') ? [file] : []),
    ...embedded.map(([, data = '']) => Buffer.from(data, 'base64')),
  ];
  return [text, ...archives.flatMap(unzip).flatMap((inner) => textsOf('', inner))];
}

/** The files of a ZIP archive, by its central directory (APPNOTE.TXT sections 4.3.7 and 4.3.12). */
function unzip(archive: Buffer): Buffer[] {
  const files: Buffer[] = [];
  for (let at = archive.indexOf('PK\x01\x02'); at >= 0; at = archive.indexOf('PK\x01\x02', at + 46)) {
    const [method, size, start] = [
      archive.readUInt16LE(at + 10),
      archive.readUInt32LE(at + 20),
      archive.readUInt32LE(at + 42),
    ];
    const data = start + 30 + archive.readUInt16LE(start + 26) + archive.readUInt16LE(start + 28);
    const content = archive.subarray(data, data + size);
    files.push(method === 8 ? inflateRawSync(content) : content);
  }
  return files;
}
