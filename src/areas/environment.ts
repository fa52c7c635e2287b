export { publishableKeyLive } from './environment/publishable-key-live.ts';
