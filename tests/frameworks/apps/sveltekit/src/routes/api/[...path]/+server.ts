import { json } from '../../../../shared/api.ts';
import type { RequestHandler } from './$types';

export const fallback: RequestHandler = () => json({ error: 'not_found' }, 404);
