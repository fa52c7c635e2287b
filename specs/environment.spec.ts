import { check, test } from '../fixtures/index.ts';
import {
  backendApi,
  envFilesIgnored,
  keysSameInstance,
  lockedReleases,
  middlewareFile,
  productionDomain,
  publishableKeyLive,
  runningReleases,
  secretKeyLive,
  signInMounts,
  signInUrls,
  webhookSecretForm,
  webhookSecretTaken,
} from '../src/areas/environment.ts';

test('the app runs on the right publishable key', check('environment/publishable-key-live'), async ({ verify }) => {
  await verify(publishableKeyLive);
});

test('the server runs on the right secret key', check('environment/secret-key-live'), async ({ verify }) => {
  await verify(secretKeyLive);
});

test('both keys belong to one instance', check('environment/keys-same-instance'), async ({ verify }) => {
  await verify(keysSameInstance);
});

test('Clerk’s Backend API answers', check('environment/backend-api'), async ({ verify }) => {
  await verify(backendApi);
});

test(
  'the webhook signing secret is whole',
  check('environment/webhook-secret', webhookSecretForm.part),
  async ({ verify }) => {
    await verify(webhookSecretForm);
  },
);

test(
  'the webhook signing secret is the one of the endpoint',
  check('environment/webhook-secret', webhookSecretTaken.part),
  async ({ verify }) => {
    await verify(webhookSecretTaken);
  },
);

test('environment files and secrets stay out of git', check('environment/env-files-ignored'), async ({ verify }) => {
  await verify(envFilesIgnored);
});

test('the production domain is set up', check('environment/production-domain'), async ({ verify }) => {
  await verify(productionDomain);
});

test(
  'protected pages lead to the configured sign-in, which is there',
  check('environment/sign-in-urls', signInUrls.part),
  async ({ verify }) => {
    await verify(signInUrls);
  },
);

test('a person can sign in and up', check('environment/sign-in-urls', signInMounts.part), async ({ verify, tab }) => {
  await verify(signInMounts, { tab });
});

test('clerkMiddleware runs for pages and the API', check('environment/middleware-file'), async ({ verify }) => {
  await verify(middlewareFile);
});

test(
  'no installed release has a known hole',
  check('environment/sdk-advisories', lockedReleases.part),
  async ({ verify }) => {
    await verify(lockedReleases);
  },
);

test(
  'no deployed release has a known hole',
  check('environment/sdk-advisories', runningReleases.part),
  async ({ verify, tab }) => {
    await verify(runningReleases, { tab });
  },
);
