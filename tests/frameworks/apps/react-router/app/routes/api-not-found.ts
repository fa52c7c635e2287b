import { json } from '../../shared/api.ts';

const notFound = (): Response => json({ error: 'not_found' }, 404);

export { notFound as action, notFound as loader };
