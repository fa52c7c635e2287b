import { deployment } from '../shared/deployment.ts';

const { settings, deviation } = deployment();

export { settings };

/** What may be wrong with the app, or right and unusual. */
type Deviation =
  | 'server-function-open'
  | 'guard-in-component'
  | 'hidden-page-open'
  | 'cors-reflects'
  | 'webhook-believed'
  | 'guard-in-route-middleware';

export const has = (name: Deviation): boolean => name === deviation;
