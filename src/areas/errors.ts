export { authFailure } from './errors/auth-failure.ts';
export { crashPage } from './errors/crash-page.ts';
export { errorPage } from './errors/error-page.ts';
export { notFoundPage } from './errors/not-found-page.ts';
export type { NotFoundEvidence } from './errors/not-found-page.ts';
