import { check, test } from '../fixtures/index.ts';
import {
  cookies,
  cookiesSignedIn,
  csp,
  cspClerk,
  cspClerkSignedIn,
  cspSignedIn,
  cspViolations,
  cspViolationsSignedIn,
  securityHeaders,
  securityHeadersSignedIn,
} from '../src/areas/headers.ts';

test('a Content Security Policy is enforced on every page', check('headers/csp'), async ({ verify }) => {
  await verify(csp);
});

test(
  'a Content Security Policy is enforced on every page behind sign-in',
  check('headers/csp', cspSignedIn.part),
  async ({ verify, signedInIfAny }) => {
    await verify(cspSignedIn, signedInIfAny && { signedIn: signedInIfAny });
  },
);

test('the Content Security Policy allows what Clerk needs', check('headers/csp-clerk'), async ({ verify }) => {
  await verify(cspClerk);
});

test(
  'the Content Security Policy allows what Clerk needs behind sign-in',
  check('headers/csp-clerk', cspClerkSignedIn.part),
  async ({ verify, signedInIfAny }) => {
    await verify(cspClerkSignedIn, signedInIfAny && { signedIn: signedInIfAny });
  },
);

test(
  'no page violates its own Content Security Policy',
  check('headers/csp-violations', cspViolations.part),
  async ({ verify, tab }) => {
    await verify(cspViolations, { tab });
  },
);

test(
  'no page behind sign-in violates its own Content Security Policy',
  check('headers/csp-violations', cspViolationsSignedIn.part),
  async ({ verify, tab, signedInIfAny }) => {
    await verify(cspViolationsSignedIn, { tab, ...(signedInIfAny && { signedIn: signedInIfAny }) });
  },
);

test('security headers are set', check('headers/security'), async ({ verify }) => {
  await verify(securityHeaders);
});

test(
  'security headers are set on pages behind sign-in',
  check('headers/security', securityHeadersSignedIn.part),
  async ({ verify, signedInIfAny }) => {
    await verify(securityHeadersSignedIn, signedInIfAny && { signedIn: signedInIfAny });
  },
);

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
