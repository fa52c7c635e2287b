import { defectsOf } from './defect.ts';

export const rateLimit = defectsOf('abuse/rate-limit', []);
