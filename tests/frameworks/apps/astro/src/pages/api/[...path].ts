import type { APIRoute } from 'astro';
import { json } from '../../guard.ts';

export const ALL: APIRoute = () => json({ error: 'not_found' }, 404);
