import { deployment } from '../shared/deployment.ts';

const { settings, deviation } = deployment();

export { settings };

/** What may be wrong with the app, or right and unusual. */
type Deviation =
  | 'guard-in-layout-load'
  | 'guard-in-component'
  | 'guard-by-path'
  | 'cors-reflects'
  | 'webhook-believed'
  | 'guard-in-each-load'
  | 'guard-throws-redirect'
  | 'guard-answers-401';

export const has = (name: Deviation): boolean => name === deviation;
