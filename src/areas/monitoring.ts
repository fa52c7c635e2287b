export { health } from './monitoring/health.ts';
