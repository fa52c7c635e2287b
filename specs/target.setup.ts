import { test } from '../fixtures/index.ts';
import { TARGET_ATTACHMENT } from '../src/report/record.ts';
import type { TargetRecord } from '../src/report/record.ts';

test('the target is reachable and is the app', async ({ target }, testInfo) => {
  const record: TargetRecord = { identity: target.identity, requests: target.requests };
  await testInfo.attach(TARGET_ATTACHMENT, { body: JSON.stringify(record), contentType: 'application/json' });
});
