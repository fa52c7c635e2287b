import { check, expect, test } from '../../src/index.ts';

test(
  'a signed-in person sees their projects',
  check({
    id: 'demo/own-projects',
    title: 'Signed-in people see their projects',
    methods: ['browser', 'signed-in'],
    fix: 'Load the projects of the session’s user on the dashboard.',
  }),
  async ({ signedInPage }) => {
    await signedInPage.goto('/dashboard');
    await expect(signedInPage.getByText('Your projects')).toBeVisible();
  },
);

test(
  'every door is closed to strangers',
  check({
    id: 'demo/closed-doors',
    title: 'Strangers meet closed doors',
    fix: 'Guard the page, the route and the webhook.',
  }),
  async ({ anonymous, webhook }) => {
    expect(await anonymous.visit('/dashboard')).toRedirectToSignIn('/sign-in');
    expect(await anonymous.get('/api/me', { as: 'api' })).toBeUnauthorized();
    for (const forgery of webhook.forgeries) expect(await webhook.deliver(forgery)).toRejectForgery();
  },
);
