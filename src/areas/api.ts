export { authenticated } from './api/authenticated.ts';
export { csrf } from './api/csrf.ts';
export { errorShape } from './api/error-shape.ts';
export { forgedToken } from './api/forged-token.ts';
export { unauthenticated401 } from './api/unauthenticated-401.ts';
