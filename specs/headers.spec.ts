import { check, test } from '../fixtures/index.ts';
import { csp, cspClerk, securityHeaders } from '../src/areas/headers.ts';

test('a Content Security Policy is enforced on every page', check('headers/csp'), async ({ verify }) => {
  await verify(csp);
});

test('the Content Security Policy allows what Clerk needs', check('headers/csp-clerk'), async ({ verify }) => {
  await verify(cspClerk);
});

test('security headers are set', check('headers/security'), async ({ verify }) => {
  await verify(securityHeaders);
});
