export { unauthenticated401 } from './api/unauthenticated-401.ts';
