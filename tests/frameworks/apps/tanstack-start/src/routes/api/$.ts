import { createFileRoute } from '@tanstack/react-router';
import { json } from '../../../shared/api.ts';

const notFound = (): Response => json({ error: 'not_found' }, 404);

export const Route = createFileRoute('/api/$')({ server: { handlers: { ANY: notFound } } });
