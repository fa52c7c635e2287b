import { check, test } from '../fixtures/index.ts';
import { authFailure, notFoundPage } from '../src/areas/errors.ts';

test('unknown paths get a branded 404 page', check('errors/not-found-page'), async ({ verify }) => {
  await verify(notFoundPage);
});

test('broken credentials are refused gracefully', check('errors/auth-failure'), async ({ verify }) => {
  await verify(authFailure);
});
