export { dotfiles } from './exposure/dotfiles.ts';
export { secretsInClient } from './exposure/secrets-in-client.ts';
export { sourceMaps } from './exposure/source-maps.ts';
export { userObject, userObjectSignedIn } from './exposure/user-object.ts';
