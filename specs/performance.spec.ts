import { check, test } from '../fixtures/index.ts';
import {
  authBundle,
  frontendApiCalls,
  middlewareRuntime,
  staticBypass,
  userLookups,
} from '../src/areas/performance.ts';

test('static files do not pass through authentication', check('performance/static-bypass'), async ({ verify }) => {
  await verify(staticBypass);
});

test('Clerk’s scripts do not block pages', check('performance/auth-bundle'), async ({ verify, tab }) => {
  await verify(authBundle, { tab });
});

test('the server looks users up once', check('performance/user-data-cached', userLookups.part), async ({ verify }) => {
  await verify(userLookups);
});

test(
  'pages call Clerk’s Frontend API a few times only',
  check('performance/user-data-cached', frontendApiCalls.part),
  async ({ verify, tab, testUserIfAny }) => {
    await verify(frontendApiCalls, { tab, ...(testUserIfAny && { user: testUserIfAny }) });
  },
);

test('the guard costs little', check('performance/middleware-runtime'), async ({ verify }) => {
  await verify(middlewareRuntime);
});
