import { json } from '../../shared/api.ts';

export default defineEventHandler(() => json({ error: 'not_found' }, 404));
