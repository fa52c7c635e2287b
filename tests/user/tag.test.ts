import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { isLeftOver, newIdentity, runId, TAG_MEMBER } from '../../src/user/tag.ts';
import type { Tag, TaggedUser } from '../../src/user/tag.ts';

/** A process that was there a moment ago. */
const GONE = spawnSync(process.execPath, ['--version']).pid;

/** A user of ours as Clerk gives it back. */
function ours({ tag: changed = {}, ...user }: { tag?: Partial<Tag> } & Partial<TaggedUser> = {}): TaggedUser {
  const { email, externalId, tag } = newIdentity();
  return {
    createdAt: Date.now(),
    externalId,
    emailAddresses: [{ emailAddress: email }],
    privateMetadata: { [TAG_MEMBER]: { ...tag, ...changed } },
    ...user,
  };
}

const THREE_HOURS_AGO = Date.now() - 3 * 3600 * 1000;

describe('a user of ours', () => {
  test('stays while the process that made it lives', () => assert.ok(!isLeftOver(ours())));
  test('is left over when that process is gone', () => assert.ok(isLeftOver(ours({ tag: { pid: GONE } }))));
  test('stays when it was made on another machine, where process ids mean nothing to us', () => {
    assert.ok(!isLeftOver(ours({ tag: { pid: GONE, host: 'elsewhere' } })));
    assert.ok(!isLeftOver(ours({ tag: { pid: GONE, machine: 'another boot' } })));
  });
  test('is left over after two hours, wherever it was made', () => {
    assert.ok(isLeftOver(ours({ createdAt: THREE_HOURS_AGO, tag: { host: 'elsewhere' } })));
    assert.ok(isLeftOver(ours({ createdAt: THREE_HOURS_AGO })));
  });
  test('names the run and nobody', () => {
    const { email, externalId } = newIdentity();
    assert.ok(externalId.includes(runId()));
    assert.match(email, /^clerk-readiness-[0-9a-f]{16}\+clerk_test@example\.com$/);
  });
});

describe('a user who lacks a mark is never ours', () => {
  const old = { createdAt: THREE_HOURS_AGO, tag: { pid: GONE } };
  const cases: ReadonlyArray<readonly [name: string, user: TaggedUser]> = [
    ['no tag', ours({ ...old, privateMetadata: {} })],
    ['a tag that is not whole', ours({ ...old, privateMetadata: { [TAG_MEMBER]: { tool: 'clerk-readiness' } } })],
    ['the tag of another tool', ours({ ...old, tag: { tool: 'other' as 'clerk-readiness' } })],
    ['no external id', ours({ ...old, externalId: null })],
    ['an external id of somebody', ours({ ...old, externalId: 'crm:17' })],
    ['another address', ours({ ...old, emailAddresses: [{ emailAddress: 'jane@example.com' }] })],
    [
      'a second address',
      ours({ ...old, emailAddresses: [...ours().emailAddresses, { emailAddress: 'jane@example.com' }] }),
    ],
    ['no address', ours({ ...old, emailAddresses: [] })],
  ];
  for (const [name, user] of cases) test(name, () => assert.ok(!isLeftOver(user)));
  test('the control: with all of them it is', () => assert.ok(isLeftOver(ours(old))));
});
