import { check, test } from '../fixtures/index.ts';
import { cookies, cookiesSignedIn, csp, cspClerk, cspViolations, securityHeaders } from '../src/areas/headers.ts';

test('a Content Security Policy is enforced on every page', check('headers/csp'), async ({ verify }) => {
  await verify(csp);
});

test('the Content Security Policy allows what Clerk needs', check('headers/csp-clerk'), async ({ verify }) => {
  await verify(cspClerk);
});

test('no page violates its own Content Security Policy', check('headers/csp-violations'), async ({ verify, tab }) => {
  await verify(cspViolations, { tab });
});

test('security headers are set', check('headers/security'), async ({ verify }) => {
  await verify(securityHeaders);
});

test(
  'cookies that anonymous visitors get are protected',
  check('headers/cookies', cookies.part),
  async ({ verify }) => {
    await verify(cookies);
  },
);

test(
  'cookies that a signed-in person gets are protected',
  check('headers/cookies', cookiesSignedIn.part),
  async ({ verify, signedIn }) => {
    await verify(cookiesSignedIn, { signedIn });
  },
);
