import { json } from '../guard.ts';

const notFound = (): Response => json({ error: 'not_found' }, 404);

export { notFound as action, notFound as loader };
