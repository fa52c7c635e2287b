export { dotfiles } from './exposure/dotfiles.ts';
