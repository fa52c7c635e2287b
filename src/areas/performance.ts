export { staticBypass } from './performance/static-bypass.ts';
