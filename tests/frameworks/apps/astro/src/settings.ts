import { deployment } from '../shared/deployment.ts';

const { settings, deviation } = deployment();

export { settings };

/** What may be wrong with the app. */
type Defect = 'guard-forgotten' | 'guard-by-path' | 'cors-reflects' | 'webhook-believed' | 'api-shows-error';

export const has = (name: Defect): boolean => name === deviation;
