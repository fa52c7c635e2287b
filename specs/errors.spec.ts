import { check, test } from '../fixtures/index.ts';
import { authFailure, crashPage, errorPage, notFoundPage } from '../src/areas/errors.ts';

test('unknown paths get a branded 404 page', check('errors/not-found-page'), async ({ verify }) => {
  await verify(notFoundPage);
});

test('malformed requests disclose nothing', check('errors/error-page', errorPage.part), async ({ verify }) => {
  await verify(errorPage);
});

test(
  'a page that crashes offers a retry and a way to sign in',
  check('errors/error-page', crashPage.part),
  async ({ verify, tab }) => {
    await verify(crashPage, { tab });
  },
);

test('broken credentials are refused gracefully', check('errors/auth-failure'), async ({ verify }) => {
  await verify(authFailure);
});
