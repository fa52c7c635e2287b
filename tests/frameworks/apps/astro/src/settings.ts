import { deployment } from '../shared/deployment.ts';

export const { settings, defect } = deployment();

/** What may be wrong with the app. */
type Defect = 'guard-forgotten' | 'guard-by-path' | 'cors-reflects' | 'webhook-believed' | 'api-shows-error';

export const has = (name: Defect): boolean => name === defect;
