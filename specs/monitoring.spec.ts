import { check, test } from '../fixtures/index.ts';
import { authEvents, errorTracking, health, uptime, webhookAlerts } from '../src/areas/monitoring.ts';

test('the health endpoint tells the truth about Clerk', check('monitoring/health'), async ({ verify }) => {
  await verify(health);
});

test(
  'errors in the browser are reported with the user’s Clerk id',
  check('monitoring/error-tracking'),
  async ({ verify, tab, testUser }) => {
    await verify(errorTracking, { tab, user: testUser });
  },
);

test('authentication events are logged', check('monitoring/auth-events'), async ({ verify }) => {
  await verify(authEvents);
});

test('somebody is told when webhook deliveries fail', check('monitoring/webhook-alerts'), async ({ verify }) => {
  await verify(webhookAlerts);
});

test('an uptime monitor watches the app', check('monitoring/uptime'), async ({ verify }) => {
  await verify(uptime);
});
