import type { APIRoute } from 'astro';
import { json } from '../../../shared/api.ts';

export const ALL: APIRoute = () => json({ error: 'not_found' }, 404);
