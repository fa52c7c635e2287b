export { rateLimit } from './abuse/rate-limit.ts';
