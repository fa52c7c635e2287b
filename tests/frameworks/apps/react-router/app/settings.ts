import { deployment } from '../shared/deployment.ts';

const { settings, deviation } = deployment();

export { settings };

/** What may be wrong with the app, or right and unusual. */
type Deviation =
  | 'guard-in-layout-loader'
  | 'guard-in-component'
  | 'hidden-page-open'
  | 'cors-reflects'
  | 'webhook-believed'
  | 'page-answers-401'
  | 'guard-in-each-loader';

export const has = (name: Deviation): boolean => name === deviation;
