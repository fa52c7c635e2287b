import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bypass } from '../../src/areas/routes.ts';
import { forgedSignature } from '../../src/areas/webhook.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { Target } from '../../src/target/target.ts';
import { verify } from '../../src/verify.ts';
import type { Check, Outcome } from '../../src/verify.ts';
import { RELEASES } from './releases.ts';
import type { Release } from './releases.ts';
import { start } from './start.ts';
import type { Site } from './start.ts';

/** What the pack says of an app with each advisory, and nothing of where there is none. */
for (const release of RELEASES) {
  describe(`${release.name}: ${describeRelease(release)}`, () => {
    let site: Site | undefined;
    before(async () => {
      site = await start(release);
    });
    after(() => site?.close());

    const verifySite = async <Evidence>(check: Check<Evidence>): Promise<Outcome> => {
      assert.ok(site);
      const readiness = resolveOptions(site.options, {});
      const target = await Target.connect(readiness);
      try {
        return await verify(check, { target, readiness, identity: target.identity });
      } finally {
        await target.close();
      }
    };
    const exposed = (advisory: Release['exposedTo'][number]) => release.exposedTo.includes(advisory);

    test('routes/bypass', async () => {
      const { status, reason, findings } = await verifySite(bypass);
      const shown = findings.filter(({ level }) => level === 'error').map(({ subject }) => subject);
      const byHeader = shown.filter((subject) => subject.includes('x-middleware-subrequest'));
      const byEncoding = shown.filter((subject) => subject.includes('percent-encoded'));
      assert.equal(byHeader.length > 0, exposed('CVE-2025-29927'), reason);
      assert.equal(byEncoding.length > 0, exposed('CVE-2026-41248'), reason);
      assert.equal(shown.length, byHeader.length + byEncoding.length, shown.join('\n'));
      assert.equal(status, shown.length > 0 ? 'fail' : 'pass', reason);
    });

    test('webhook/forged-signature', async () => {
      const { status, reason } = await verifySite(forgedSignature);
      assert.equal(status, exposed('CVE-2025-53548') ? 'fail' : 'pass', reason);
    });
  });
}

function describeRelease({ dependencies, exposedTo }: Release): string {
  const versions = ['next', '@clerk/nextjs'].map((name) => `${name} ${dependencies[name]}`).join(', ');
  return `${versions} is open to ${exposedTo.length > 0 ? exposedTo.join(' and ') : 'nothing known'}`;
}
