import { check, test } from '../fixtures/index.ts';
import { dotfiles } from '../src/areas/exposure.ts';

test('no dotfile, repository or backup is served', check('exposure/dotfiles'), async ({ verify }) => {
  await verify(dotfiles);
});
