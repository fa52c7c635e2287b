import { check, test } from '../fixtures/index.ts';
import { dotfiles, secretsInClient, sourceMaps, userObject, userObjectSignedIn } from '../src/areas/exposure.ts';

test(
  'no secret is in anything sent to a browser',
  check('exposure/secrets-in-client'),
  async ({ verify, signedInIfAny }) => {
    await verify(secretsInClient, signedInIfAny && { signedIn: signedInIfAny });
  },
);

test('source maps are not public, or hold no secret', check('exposure/source-maps'), async ({ verify }) => {
  await verify(sourceMaps);
});

test('no dotfile, repository or backup is served', check('exposure/dotfiles'), async ({ verify }) => {
  await verify(dotfiles);
});

test(
  'no backend user object reaches an anonymous visitor',
  check('exposure/user-object', userObject.part),
  async ({ verify }) => {
    await verify(userObject);
  },
);

test(
  'no backend user object reaches a signed-in visitor',
  check('exposure/user-object', userObjectSignedIn.part),
  async ({ verify, signedIn }) => {
    await verify(userObjectSignedIn, { signedIn });
  },
);
