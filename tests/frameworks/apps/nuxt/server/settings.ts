import { deployment } from '../shared/deployment.ts';

const { settings, deviation } = deployment();

export { settings };

/** What may be wrong with the app, or right and unusual. */
type Deviation =
  | 'guard-forgotten'
  | 'guard-by-path'
  | 'hidden-page-open'
  | 'api-open'
  | 'cors-reflects'
  | 'webhook-believed'
  | 'guard-answers-401';

export const has = (name: Deviation): boolean => name === deviation;
